import { CoreApp } from '@grafana/data';

import { type Format, MaxLimit, type Type } from '../query.gen';
import type { Fields, HeartlineQuery } from '../types';

import { allFields, defaultFormat, type FieldName, fieldsOf, isType, notStreamed } from './shapes';
import { textProblem } from './text';

type Model = Fields & { queryType: Type };

/** What a new query asks: lines in Explore, something an alert rule can judge, or lines by level in a panel. */
export function defaultQuery(app?: CoreApp): Model {
  switch (app) {
    case CoreApp.Explore:
      return { queryType: 'logs', format: 'lines' };
    case CoreApp.UnifiedAlerting:
    case CoreApp.CloudAlerting:
      return { queryType: 'heartbeats', format: 'status' };
    default:
      return { queryType: 'logs', format: 'count', groupBy: ['level'] };
  }
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || value === false || (Array.isArray(value) && !value.length);

export const typeOf = (query: HeartlineQuery): Type =>
  isType(query.queryType) ? query.queryType : defaultQuery().queryType;

export const formatOf = (query: HeartlineQuery): Format => query.format ?? defaultFormat(typeOf(query));

/** Whether the field says something in this query. A query of an unknown type keeps all: the back end names the error. */
export function hasField(query: HeartlineQuery, field: FieldName): boolean {
  if (!isType(query.queryType)) {
    return true;
  }
  if (!fieldsOf(query.queryType, query.format).includes(field)) {
    return false;
  }
  if (field === 'interval') {
    return !query.instant;
  }
  return field !== 'top' || Boolean(query.instant);
}

/** The query without empty fields and without those that another type or format has. */
export function prune(query: HeartlineQuery): HeartlineQuery {
  const dropped: readonly string[] = allFields.filter((field) => isEmpty(query[field]) || !hasField(query, field));
  const kept = Object.entries(query).filter(([key, value]) => value !== undefined && !dropped.includes(key));
  return { ...Object.fromEntries(kept), refId: query.refId };
}

/** The query with some fields changed. */
export const change = (query: HeartlineQuery, patch: Fields): HeartlineQuery => prune({ ...query, ...patch });

/** What a query asks beyond its filters. */
const shaping = {
  groupBy: undefined,
  interval: undefined,
  instant: undefined,
  top: undefined,
  limit: undefined,
  order: undefined,
  live: undefined,
  splitBy: undefined,
  kinds: undefined,
  lenient: undefined,
} satisfies Fields;

/** The query of another type: its defaults, with the filters and the signal that both types have. */
export function changeType(query: HeartlineQuery, queryType: Type): HeartlineQuery {
  const streams = queryType !== 'live' || !query.signal || !notStreamed.includes(query.signal);
  const signal = streams ? query.signal : undefined;
  return prune({ ...query, ...shaping, signal, queryType, format: defaultFormat(queryType) });
}

export const limitProblem = (limit: number | undefined): string | undefined =>
  limit === undefined || (Number.isInteger(limit) && limit >= 1 && limit <= MaxLimit)
    ? undefined
    : `Use 1 to ${MaxLimit}`;

const intervals = /^((\d+(\.\d+)?[smh])+|\d+[dw]|auto)$/;
const hasVariable = /\$|\[\[/;

export const intervalProblem = (interval = ''): string | undefined =>
  interval === '' || intervals.test(interval) || hasVariable.test(interval)
    ? undefined
    : 'Write 30s, 5m, 1h or 1d, or leave it empty to follow the panel';

const expressionProblem = (query: HeartlineQuery): string | undefined =>
  query.queryType !== 'promql' || query.expr?.trim() ? undefined : 'Write an expression';

/** Whether the query can be run: half-typed ones are not sent. */
export function isComplete(query: HeartlineQuery): boolean {
  const problems = [
    expressionProblem(query),
    textProblem(query.text),
    intervalProblem(query.interval),
    limitProblem(query.limit),
    limitProblem(query.top),
  ];
  return Boolean(query.queryType) && !query.hide && problems.every((problem) => problem === undefined);
}
