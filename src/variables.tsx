import {
  CustomVariableSupport,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceApi,
  type QueryEditorProps,
} from '@grafana/data';
import React from 'react';
import { from, map, type Observable } from 'rxjs';

import { VariableQueryEditor } from './components/VariableQueryEditor';
import type { HeartlineDataSource } from './datasource';
import type { HeartlineOptions, HeartlineQuery, VariableQuery } from './types';

type Api = DataSourceApi<HeartlineQuery, HeartlineOptions>;
type EditorProps = QueryEditorProps<Api, HeartlineQuery, HeartlineOptions, VariableQuery>;

export class HeartlineVariables extends CustomVariableSupport<Api, VariableQuery> {
  constructor(private readonly datasource: HeartlineDataSource) {
    super();
  }

  editor = ({ query, onChange }: EditorProps) => (
    <VariableQueryEditor query={query} onChange={onChange} datasource={this.datasource} />
  );

  getDefaultQuery(): Partial<VariableQuery> {
    return { kind: 'directions' };
  }

  query({ targets: [query], scopedVars }: DataQueryRequest<VariableQuery>): Observable<DataQueryResponse> {
    const options = query?.kind ? this.datasource.list(query.kind, query, scopedVars) : Promise.resolve([]);
    return from(options).pipe(map((data) => ({ data })));
  }
}
