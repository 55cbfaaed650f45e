import type { MetricFindValue, ScopedVars, TimeRange } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';

import { expandAll } from './query/interpolate';
import { interpolateExpression } from './query/promql';
import type { Signal, SplitBy, Stat } from './query.gen';
import type { ListKind, VariableQuery } from './types';

/** What restricts a list, as a query has it: variables included. */
export interface Restriction {
  directions?: string[];
  monitors?: string[];
  kinds?: string[];
}

export interface Option extends MetricFindValue {
  text: string;
  value: string;
}

/** By what each list can be restricted; the others are always whole. */
export const restrictions: Record<ListKind, ReadonlyArray<keyof Restriction>> = {
  directions: [],
  monitors: ['directions'],
  hosts: ['directions', 'monitors'],
  levels: [],
  receivers: ['directions', 'monitors'],
  statuses: [],
  sendResults: [],
  services: ['kinds'],
};

const parameterNames = { directions: 'direction', monitors: 'monitor', kinds: 'kind' } as const;

/** The parameters with which a list is asked for. */
export function parametersOf(kind: ListKind, restriction: Restriction, vars?: ScopedVars): Record<string, string[]> {
  const srv = getTemplateSrv();
  return Object.fromEntries(
    restrictions[kind].map((field) => [parameterNames[field], expandAll(srv, restriction[field], vars)])
  );
}

/** The parameters with which the values of a label are asked for, as they were within the range. */
export function labelParameters(
  { label = '', metric = '' }: Pick<VariableQuery, 'label' | 'metric'>,
  { from, to }: TimeRange,
  vars?: ScopedVars
): Record<string, string> {
  return {
    label,
    match: interpolateExpression(getTemplateSrv(), metric, vars),
    from: String(from.valueOf()),
    to: String(to.valueOf()),
  };
}

/** What can be asked of a signal, and whether some services give it. */
export interface SignalChoice {
  signal: Signal;
  label: string;
  unit: string;
  description: string;
  /** The first is the default; a signal that has but one value has none. */
  stats?: Stat[];
  splitBy?: SplitBy[];
  live?: boolean;
  /** Why none of the services gives it. */
  unavailable?: string;
}
