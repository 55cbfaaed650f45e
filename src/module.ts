import { DataSourcePlugin } from '@grafana/data';

import { ConfigEditor } from './components/ConfigEditor';
import { QueryEditor } from './components/QueryEditor';
import { HeartlineDataSource } from './datasource';
import type { HeartlineOptions, HeartlineQuery, Secrets } from './types';

export const plugin = new DataSourcePlugin<HeartlineDataSource, HeartlineQuery, HeartlineOptions, Secrets>(
  HeartlineDataSource
)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor);
