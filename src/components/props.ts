import type { CoreApp } from '@grafana/data';

import type { HeartlineDataSource } from '../datasource';
import type { Fields, HeartlineQuery } from '../types';

export interface EditorProps {
  query: HeartlineQuery;
  datasource: HeartlineDataSource;
  onChange: (query: HeartlineQuery) => void;
  onRunQuery: () => void;
  app?: CoreApp;
}

/** What a group of inputs needs. */
export interface FieldsProps {
  query: HeartlineQuery;
  /** Changes the query and runs it. */
  apply: (patch: Fields) => void;
  /** Changes the query, which is run when typing has ended. */
  type: (patch: Fields) => void;
  onCommit: () => void;
}
