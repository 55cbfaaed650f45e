import type { HeartlineQuery } from '../types';

import { prune } from './model';

/** What can be shown over panels: alarms, or the gaps in which heartbeats were missing. */
export const annotated = ['alarms', 'heartbeats'] as const;
export type Annotated = (typeof annotated)[number];

export const annotatedBy = (query?: Partial<HeartlineQuery>): Annotated =>
  query?.queryType === 'heartbeats' ? 'heartbeats' : 'alarms';

/** The query as an annotation asks it: gaps of heartbeats, or else alarms, whatever was stored before. */
export const asAnnotation = (query?: Partial<HeartlineQuery>): HeartlineQuery =>
  prune({ refId: 'Anno', ...query, queryType: annotatedBy(query), format: 'annotations' });
