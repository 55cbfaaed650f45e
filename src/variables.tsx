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
import type { Option } from './resources';
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

  query(request: DataQueryRequest<VariableQuery>): Observable<DataQueryResponse> {
    return from(this.options(request)).pipe(map((data) => ({ data })));
  }

  private async options({ targets: [query], range, scopedVars }: DataQueryRequest<VariableQuery>): Promise<Option[]> {
    if (query?.kind === 'labelValues') {
      return query.label ? this.datasource.listLabelValues(query, range, scopedVars) : [];
    }
    return query?.kind ? this.datasource.list(query.kind, query, scopedVars) : [];
  }
}
