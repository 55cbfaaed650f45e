import { type DataQueryRequest, SupplementaryQueryType } from '@grafana/data';

import { change } from '../query/model';
import type { HeartlineQuery } from '../types';

import { isLines } from './live';

/** The query that counts, by level, the lines that another one shows. */
export function volumeQuery(type: SupplementaryQueryType, query: HeartlineQuery): HeartlineQuery | undefined {
  if (type !== SupplementaryQueryType.LogsVolume || !isLines(query) || query.hide) {
    return undefined;
  }
  // Explore finds the query of a volume by this prefix.
  const refId = `log-volume-${query.refId}`;
  return change({ ...query, refId }, { format: 'count', groupBy: ['level'], instant: undefined, interval: undefined });
}

export function volumeRequest(
  type: SupplementaryQueryType,
  request: DataQueryRequest<HeartlineQuery>
): DataQueryRequest<HeartlineQuery> | undefined {
  const targets = request.targets.flatMap((query) => volumeQuery(type, query) ?? []);
  return targets.length ? { ...request, targets } : undefined;
}
