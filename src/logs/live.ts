import { CoreApp, type DataQueryRequest, type DataQueryResponse, dateTime } from '@grafana/data';
import { StreamingFrameAction, type StreamOptionsProvider } from '@grafana/runtime';
import { connect, debounceTime, merge, type Observable } from 'rxjs';

import { DefaultLimit } from '../query.gen';
import { change, formatOf, typeOf } from '../query/model';
import type { Fields, HeartlineQuery } from '../types';

export const isLines = (query: HeartlineQuery): boolean => typeOf(query) === 'logs' && formatOf(query) === 'lines';

type Request = DataQueryRequest<HeartlineQuery>;

const patchLines = (request: Request, patch: Fields): Request => ({
  ...request,
  targets: request.targets.map((target) => (isLines(target) ? change(target, patch) : target)),
});

/** Explore follows new lines by its Live button alone, whatever range it shows; elsewhere the query says it. */
export function follow(request: Request): Request {
  if (request.liveStreaming) {
    const range = { ...request.range, to: dateTime() };
    return patchLines({ ...request, range }, { live: true, order: undefined });
  }
  return request.app === CoreApp.Explore ? patchLines(request, { live: undefined }) : request;
}

/** How long Explore ignores further updates after one, and some more. */
const quiet = 600;

/** Says the last update once more when it is quiet: Explore may not have looked, and would wait for the next line. */
export const settle = (updates: Observable<DataQueryResponse>): Observable<DataQueryResponse> =>
  updates.pipe(connect((shared) => merge(shared, shared.pipe(debounceTime(quiet)))));

/** The points that a stream keeps at most, one a second: more than a screen has pixels, and three hours. */
const maxPoints = 11_000;

/** As many lines as the query asks for, or a point for each second of the range: not as many as the panel has pixels. */
function lengthOf(query: HeartlineQuery | undefined, span: number): number {
  if (query && typeOf(query) === 'live') {
    return Math.min(Math.ceil(span / 1000) + 1, maxPoints);
  }
  return query?.limit ?? DefaultLimit;
}

/** What a panel keeps of a stream. */
export const streamOptions: StreamOptionsProvider<HeartlineQuery> = ({ targets, range, rangeRaw }, { refId }) => {
  const span = range.to.valueOf() - range.from.valueOf();
  return {
    action: StreamingFrameAction.Append,
    maxLength: lengthOf(
      targets.find((target) => target.refId === refId),
      span
    ),
    ...(rangeRaw?.to === 'now' && { maxDelta: span }),
  };
};
