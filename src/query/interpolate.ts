import type { AdHocVariableFilter, ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

import type { AdHoc, Dimension, Status } from '../query.gen';
import type { HeartlineQuery } from '../types';

import { prune } from './model';
import { interpolateExpression } from './promql';
import { expressionOf } from './text';

type Replace = Pick<TemplateSrv, 'replace'>;

/** The entry once for each value of its variables: "$direction" with two values becomes two entries. */
export function expand(srv: Replace, entry: string, vars: ScopedVars = {}): string[] {
  const found: string[][] = [];
  const template = srv.replace(entry, vars, (value: unknown) => {
    found.push([value].flat().map(String));
    return placeholder(found.length - 1);
  });
  const entries = found.reduce<string[]>(
    (texts, values, i) => texts.flatMap((text) => values.map((value) => text.replace(placeholder(i), () => value))),
    [template]
  );
  return entries.filter((text) => text !== '');
}

const placeholder = (index: number) => `\u0000${index}\u0000`;

/** The value of a variable of which all is selected, unless it lists all its options. */
const everything = '$__all';

/** The values of a list, each once; none where a variable selects everything. */
export function expandAll(srv: Replace, list: string[] = [], vars?: ScopedVars): string[] {
  const values = new Set(list.flatMap((entry) => expand(srv, entry, vars)));
  return values.has(everything) ? [] : [...values];
}

// A panel's own interval may be shorter than a second, the back end's not: it follows the panel by itself.
const interpolateInterval = (srv: Replace, interval: string, vars: ScopedVars) => {
  const value = srv.replace(interval, vars);
  return value.endsWith('ms') ? '' : value;
};

const interpolateText = (srv: Replace, text: string, vars: ScopedVars) =>
  srv.replace(text, vars, expressionOf(text) === undefined ? undefined : 'regex');

function interpolateFilter(srv: Replace, filter: AdHoc, vars: ScopedVars): AdHoc {
  const values = expandAll(srv, filter.values, vars);
  const format = filter.operator.endsWith('~') ? 'regex' : undefined;
  return {
    key: filter.key,
    operator: filter.operator,
    ...(filter.value !== undefined && { value: srv.replace(filter.value, vars, format) }),
    ...(values.length > 0 && { values }),
  };
}

const toAdHoc = ({ key, operator, value, values }: AdHocVariableFilter): AdHoc => ({
  // Grafana offers the keys that the data source names; any other is the back end's to refuse.
  key: key as Dimension,
  operator,
  value,
  ...(values?.length && { values }),
});

const lists = ['directions', 'monitors', 'hosts', 'levels', 'receivers', 'sendResults', 'services'] as const;

/** The query as the back end reads it: variables replaced, the dashboard's ad hoc filters added, nothing empty. */
export function interpolate(
  srv: Replace,
  query: HeartlineQuery,
  vars: ScopedVars = {},
  adHoc: AdHocVariableFilter[] = []
): HeartlineQuery {
  const out: HeartlineQuery = { ...query };
  for (const field of lists) {
    out[field] = expandAll(srv, query[field], vars);
  }
  out.text = interpolateText(srv, query.text ?? '', vars);
  out.statuses = expandAll(srv, query.statuses, vars) as Status[];
  out.interval = interpolateInterval(srv, query.interval ?? '', vars);
  out.expr = interpolateExpression(srv, query.expr ?? '', vars);
  out.legend = srv.replace(query.legend ?? '', vars);
  out.filters = [...(query.filters ?? []).map((filter) => interpolateFilter(srv, filter, vars)), ...adHoc.map(toAdHoc)];
  return prune(out);
}
