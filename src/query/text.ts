/** A text filter is a substring in any case, or a regular expression: /like this/, /or this/i. */
const slashes = /^\/(.+)\/i?$/s;

const lookarounds = /\(\?<?[=!]/;
const backReferences = /\\[1-9]|\\k</;
const flagGroups = /\(\?[imsU-]+(:|\))/g;

/** The expression between the slashes, or undefined when the text is a plain one. */
export const expressionOf = (text: string): string | undefined => slashes.exec(text)?.[1];

/** What is wrong with a text filter. The back end reads RE2, which the browser can only approximate. */
export function textProblem(text = ''): string | undefined {
  const expression = expressionOf(text);
  if (expression === undefined) {
    return undefined;
  }
  if (lookarounds.test(expression) || backReferences.test(expression)) {
    return 'Lookarounds and back references are not supported (RE2 syntax)';
  }
  try {
    new RegExp(
      expression.replace(flagGroups, (_, end: string) => (end === ':' ? '(?:' : '')).replace(/\(\?P</g, '(?<')
    );
    return undefined;
  } catch {
    return 'Not a regular expression; leave the slashes off to search for plain text';
  }
}

/** The filter that finds a piece of text as it stands, even if it looks like a regular expression. */
export function literalText(text: string): string {
  return expressionOf(text) === undefined ? text : `/${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}/i`;
}
