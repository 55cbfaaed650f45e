import { DataSourcePlugin } from '@grafana/data';

import { ConfigEditor } from './components/ConfigEditor';
import { QueryEditor } from './components/QueryEditor';
import { HeartlineDataSource } from './datasource';
import type { HeartlineOptions, HeartlineQuery } from './types';

export const plugin = new DataSourcePlugin<HeartlineDataSource, HeartlineQuery, HeartlineOptions>(HeartlineDataSource)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor);
