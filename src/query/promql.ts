import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

type Replace = Pick<TemplateSrv, 'replace'>;

/** What Grafana says of a variable; of one that a panel is repeated for, it says the same. */
interface Variable {
  multi?: boolean;
  includeAll?: boolean;
}

/** What the back end fills in: only it knows the step of the answer. */
const macros = /\$\{?__(?:interval(?:_ms)?|rate_interval|range(?:_s|_ms)?)\b\}?/g;

const metacharacters = /[\\^$.*+?()[\]{}|]/g;
const wholeMatcher = /^\w+(=|!=|=~|!~)".*"$/s;

/** A text as it stands between double quotes. */
const quoted = (text: string) => text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n');

/** A text that matches itself in a regular expression that stands between double quotes. */
const literal = (text: string) => quoted(text.replace(metacharacters, '\\$&'));

/**
 * The value of a variable as PromQL needs it. One that can have several values stands in a regular expression, any
 * other in a quoted text; a whole matcher, such as job="orders", is left as it is.
 */
export function formatValue(value: string | string[] = [], { multi, includeAll }: Variable = {}): string {
  if (!multi && !includeAll && !Array.isArray(value)) {
    const text = String(value);
    return wholeMatcher.test(text) ? text : quoted(text);
  }
  const values = [value].flat().map((text) => literal(String(text)));
  return values.length === 1 ? values[0] : `(${values.join('|')})`;
}

const placeholder = (index: number) => `\u0000${index}\u0000`;
const placeholders = /\u0000(\d+)\u0000/g;

/** The expression with its variables replaced, but for those that are the back end's. */
export function interpolateExpression(srv: Replace, expression: string, vars: ScopedVars = {}): string {
  const kept: string[] = [];
  const masked = expression.replace(macros, (written) => placeholder(kept.push(written) - 1));
  return srv.replace(masked, vars, formatValue).replace(placeholders, (_, index: string) => kept[Number(index)] ?? '');
}

export const labelProblem = (label: string): string | undefined =>
  label === '' || /^[A-Za-z_]\w*$/.test(label) ? undefined : 'Write the name of a label, such as job';
