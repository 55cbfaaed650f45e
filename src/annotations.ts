import type { AnnotationQuery, AnnotationSupport } from '@grafana/data';

import { AnnotationQueryEditor } from './components/AnnotationQueryEditor';
import { prune } from './query/model';
import type { HeartlineQuery } from './types';

/** The query as an annotation asks it: always alarms, whatever was stored before. */
export const asAnnotation = (query?: Partial<HeartlineQuery>): HeartlineQuery =>
  prune({ refId: 'Anno', ...query, queryType: 'alarms', format: 'annotations' });

const isAnnotation = (query?: HeartlineQuery) => query?.queryType === 'alarms' && query.format === 'annotations';

export const annotations: AnnotationSupport<HeartlineQuery> = {
  QueryEditor: AnnotationQueryEditor,
  getDefaultQuery: () => ({ queryType: 'alarms', format: 'annotations' }),
  // Grafana takes a new object for a changed annotation and prepares it again: a good one must stay itself.
  prepareAnnotation: (stored: AnnotationQuery<HeartlineQuery>) =>
    isAnnotation(stored.target) ? stored : { ...stored, target: asAnnotation(stored.target) },
  prepareQuery: ({ target }) => asAnnotation(target),
};
