import {
  type AdHocVariableFilter,
  type CoreApp,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceGetTagValuesOptions,
  type DataSourceInstanceSettings,
  type DataSourceWithLogsContextSupport,
  type DataSourceWithQueryModificationSupport,
  type DataSourceWithSupplementaryQueriesSupport,
  type DataSourceWithToggleableQueryFiltersSupport,
  type LogRowContextOptions,
  type LogRowModel,
  type QueryFilterOptions,
  type QueryFixAction,
  type ScopedVars,
  type SupplementaryQueryOptions,
  SupplementaryQueryType,
  type TimeRange,
  type ToggleFilterAction,
} from '@grafana/data';
import { DataSourceWithBackend, getTemplateSrv } from '@grafana/runtime';
import { lastValueFrom, type Observable } from 'rxjs';

import { annotations } from './annotations';
import { beyond, contextQuery, contextRequest } from './logs/context';
import { follow, settle, streamOptions } from './logs/live';
import { volumeQuery, volumeRequest } from './logs/volume';
import { modifyQuery, queryHasFilter, queryModifications, toggleQueryFilter } from './query/filters';
import { expandAll, interpolate } from './query/interpolate';
import { defaultQuery, isComplete } from './query/model';
import { labelParameters, type Option, parametersOf, type Restriction, type SignalChoice } from './resources';
import type { HeartlineOptions, HeartlineQuery, ListKind, VariableQuery } from './types';
import { HeartlineVariables } from './variables';

export class HeartlineDataSource
  extends DataSourceWithBackend<HeartlineQuery, HeartlineOptions>
  implements
    DataSourceWithSupplementaryQueriesSupport<HeartlineQuery>,
    DataSourceWithLogsContextSupport<HeartlineQuery>,
    DataSourceWithToggleableQueryFiltersSupport<HeartlineQuery>,
    DataSourceWithQueryModificationSupport<HeartlineQuery>
{
  annotations = annotations;
  streamOptionsProvider = streamOptions;

  constructor(settings: DataSourceInstanceSettings<HeartlineOptions>) {
    super(settings);
    this.variables = new HeartlineVariables(this);
  }

  getDefaultQuery(app: CoreApp): Partial<HeartlineQuery> {
    return defaultQuery(app);
  }

  filterQuery(query: HeartlineQuery): boolean {
    return isComplete(query);
  }

  applyTemplateVariables(query: HeartlineQuery, vars: ScopedVars, filters?: AdHocVariableFilter[]): HeartlineQuery {
    return interpolate(getTemplateSrv(), query, vars, filters);
  }

  query(request: DataQueryRequest<HeartlineQuery>): Observable<DataQueryResponse> {
    const answers = super.query(follow(request));
    return request.liveStreaming ? settle(answers) : answers;
  }

  /** What the editors and variables offer to choose from. */
  list(kind: ListKind, restriction: Restriction = {}, vars?: ScopedVars): Promise<Option[]> {
    return this.getResource<Option[]>(kind, parametersOf(kind, restriction, vars));
  }

  /** The values that a label has in Prometheus within the range. */
  listLabelValues(query: VariableQuery, range: TimeRange, vars?: ScopedVars): Promise<Option[]> {
    return this.getResource<Option[]>('labelValues', labelParameters(query, range, vars));
  }

  /** The signals, and why these services (all, if none is named) do not give some of them. */
  listSignals(services: string[] = []): Promise<SignalChoice[]> {
    return this.getResource<SignalChoice[]>('signals', { service: expandAll(getTemplateSrv(), services) });
  }

  getTagKeys(): Promise<Option[]> {
    return this.getResource<Option[]>('keys');
  }

  getTagValues({ key }: DataSourceGetTagValuesOptions<HeartlineQuery>): Promise<Option[]> {
    return this.getResource<Option[]>('values', { key });
  }

  getSupportedSupplementaryQueryTypes(): SupplementaryQueryType[] {
    return [SupplementaryQueryType.LogsVolume];
  }

  getSupplementaryQuery({ type }: SupplementaryQueryOptions, query: HeartlineQuery): HeartlineQuery | undefined {
    return volumeQuery(type, query);
  }

  getSupplementaryRequest(
    type: SupplementaryQueryType,
    request: DataQueryRequest<HeartlineQuery>
  ): DataQueryRequest<HeartlineQuery> | undefined {
    return volumeRequest(type, request);
  }

  async getLogRowContext(
    row: LogRowModel,
    options: LogRowContextOptions = {},
    query?: HeartlineQuery
  ): Promise<DataQueryResponse> {
    const response = await lastValueFrom(this.query(contextRequest(row, options, query)));
    if (response.errors?.length) {
      throw new Error(response.errors[0].message);
    }
    return { ...response, data: response.data.map((frame: DataFrame) => beyond(frame, row, options)) };
  }

  async getLogRowContextQuery(
    row: LogRowModel,
    _?: LogRowContextOptions,
    query?: HeartlineQuery
  ): Promise<HeartlineQuery> {
    return contextQuery(row, query);
  }

  toggleQueryFilter(query: HeartlineQuery, filter: ToggleFilterAction): HeartlineQuery {
    return toggleQueryFilter(query, filter);
  }

  queryHasFilter(query: HeartlineQuery, filter: QueryFilterOptions): boolean {
    return queryHasFilter(query, filter);
  }

  modifyQuery(query: HeartlineQuery, action: QueryFixAction): HeartlineQuery {
    return modifyQuery(query, action);
  }

  getSupportedQueryModifications(): string[] {
    return queryModifications;
  }
}
