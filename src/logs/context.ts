import {
  CoreApp,
  type DataFrame,
  type DataQueryRequest,
  dateTime,
  type LogRowContextOptions,
  LogRowContextQueryDirection,
  type LogRowModel,
  type TimeRange,
} from '@grafana/data';

import { MaxLimit } from '../query.gen';
import { prune } from '../query/model';
import type { HeartlineQuery } from '../types';

/** How far to look for lines: a check may run once a day. */
const week = 7 * 24 * 3_600_000;
const defaultLimit = 100;
/** Times are to the second, so lines of the row's own second come along and are dropped again. */
const slack = 100;

const limitOf = ({ limit = defaultLimit }: LogRowContextOptions) => limit;

const isForward = (options: LogRowContextOptions) => options.direction === LogRowContextQueryDirection.Forward;

/** Every line of the monitor that wrote the row. */
export function contextQuery(row: LogRowModel, query?: HeartlineQuery): HeartlineQuery {
  const { direction, monitor } = row.labels;
  if (!direction || !monitor) {
    throw new Error('The line does not say which monitor wrote it: its labels direction and monitor are missing');
  }
  return {
    refId: query?.refId ?? 'A',
    ...(query?.datasource && { datasource: query.datasource }),
    queryType: 'logs',
    format: 'lines',
    directions: [direction],
    monitors: [`${direction}/${monitor}`],
  };
}

function rangeOf(row: LogRowModel, options: LogRowContextOptions): TimeRange {
  const span = options.timeWindowMs ?? week;
  const at = row.timeEpochMs;
  const [from, to] = isForward(options) ? [at, at + span] : [at - span, at + 1];
  const range = { from: dateTime(from), to: dateTime(to) };
  return { ...range, raw: range };
}

/** The lines before the row, newest first, or those after it, oldest first. */
export function contextRequest(
  row: LogRowModel,
  options: LogRowContextOptions,
  query?: HeartlineQuery
): DataQueryRequest<HeartlineQuery> {
  const refId = `log-context-${row.dataFrame.refId ?? 'A'}`;
  const limit = Math.min(limitOf(options) + slack, MaxLimit);
  const target = prune({ ...contextQuery(row, query), refId, limit, order: isForward(options) ? 'oldest' : 'newest' });
  return {
    app: CoreApp.Explore,
    requestId: `${refId}-${target.order}`,
    range: rangeOf(row, options),
    targets: [target],
    interval: '1s',
    intervalMs: 1000,
    scopedVars: options.scopedVars ?? {},
    startTime: Date.now(),
    timezone: 'browser',
    hideFromInspector: true,
  };
}

/** The lines beyond the row: those up to and including itself lie on its other side. */
export function beyond(frame: DataFrame, row: LogRowModel, options: LogRowContextOptions): DataFrame {
  const ids: unknown[] = frame.fields.find(({ name }) => name === 'id')?.values ?? [];
  const start = row.rowId === undefined ? 0 : ids.indexOf(row.rowId) + 1;
  const end = start + limitOf(options);
  const fields = frame.fields.map((field) => ({
    ...field,
    values: field.values.slice(start, end),
    ...(field.nanos && { nanos: field.nanos.slice(start, end) }),
  }));
  return { ...frame, fields, length: Math.max(0, Math.min(frame.length, end) - start) };
}
