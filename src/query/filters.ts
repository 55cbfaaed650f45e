import type { QueryFilterOptions, QueryFixAction, ToggleFilterAction } from '@grafana/data';

import type { AdHoc, Dimension } from '../query.gen';
import type { HeartlineQuery } from '../types';

import { change, hasField } from './model';
import { dimensionLabels } from './shapes';
import { literalText } from './text';

export const filterLabel = ({ key, operator, value, values }: AdHoc): string =>
  `${key} ${operator} ${values?.join(', ') ?? value ?? ''}`;

const isDimension = (key: string): key is Dimension => key in dimensionLabels;

const same = (filter: AdHoc, key: string, operator: string, value: string) =>
  filter.key === key && filter.operator === operator && filter.value === value;

const has = (query: HeartlineQuery, operator: string, { key, value }: QueryFilterOptions): boolean =>
  (query.filters ?? []).some((filter) => same(filter, key, operator, value));

export const queryHasFilter = (query: HeartlineQuery, options: QueryFilterOptions): boolean => has(query, '=', options);

/** Adds the filter, removes it if it is there, and replaces its opposite. */
export function toggleQueryFilter(query: HeartlineQuery, { type, options }: ToggleFilterAction): HeartlineQuery {
  const { key, value } = options;
  if (!isDimension(key) || value === undefined || !hasField(query, 'filters')) {
    return query;
  }
  const [operator, opposite] = type === 'FILTER_FOR' ? ['=', '!='] : ['!=', '='];
  const filters = query.filters ?? [];
  const others = filters.filter((f) => !same(f, key, operator, value) && !same(f, key, opposite, value));
  const present = has(query, operator, options);
  return change(query, { filters: present ? others : [...others, { key, operator, value }] });
}

export const queryModifications = ['ADD_FILTER', 'ADD_FILTER_OUT', 'ADD_STRING_FILTER'];

/** Adds what was picked in a log line. A text filter replaces the one before: a query has a single one. */
export function modifyQuery(query: HeartlineQuery, { type, options = {} }: QueryFixAction): HeartlineQuery {
  switch (type) {
    case 'ADD_FILTER':
      return has(query, '=', options) ? query : toggleQueryFilter(query, { type: 'FILTER_FOR', options });
    case 'ADD_FILTER_OUT':
      return has(query, '!=', options) ? query : toggleQueryFilter(query, { type: 'FILTER_OUT', options });
    case 'ADD_STRING_FILTER':
      return hasField(query, 'text') ? change(query, { text: literalText(options.value ?? '') }) : query;
    default:
      return query;
  }
}
