import type { AnnotationQuery, AnnotationSupport } from '@grafana/data';

import { AnnotationQueryEditor } from './components/AnnotationQueryEditor';
import { annotatedBy, asAnnotation } from './query/annotation';
import type { HeartlineQuery } from './types';

const isAnnotation = (query?: HeartlineQuery) =>
  query?.queryType === annotatedBy(query) && query.format === 'annotations';

export const annotations: AnnotationSupport<HeartlineQuery> = {
  QueryEditor: AnnotationQueryEditor,
  getDefaultQuery: () => ({ queryType: 'alarms', format: 'annotations' }),
  // Grafana takes a new object for a changed annotation and prepares it again: a good one must stay itself.
  prepareAnnotation: (stored: AnnotationQuery<HeartlineQuery>) =>
    isAnnotation(stored.target) ? stored : { ...stored, target: asAnnotation(stored.target) },
  prepareQuery: ({ target }) => asAnnotation(target),
};
