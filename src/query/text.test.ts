import { expressionOf, literalText, textProblem } from './text';

describe('expressionOf', () => {
  it.each([
    ['disk', undefined],
    ['/var/log', undefined],
    ['//', undefined],
    ['/disk/', 'disk'],
    ['/disk/i', 'disk'],
    ['/var/log/', 'var/log'],
    ['/a\nb/', 'a\nb'],
  ])('%j', (text, expression) => {
    expect(expressionOf(text)).toBe(expression);
  });
});

describe('textProblem', () => {
  it.each(['', 'disk (', '/disk \\d+/', '/(?i)disk/', '/(?i:disk)full/', '/(?P<n>a)/', '/\\pL/', undefined])(
    'accepts %j',
    (text) => {
      expect(textProblem(text)).toBeUndefined();
    }
  );

  it.each(['/disk(/', '/[a-/', '/a(?=b)/', '/a(?<!b)/', '/(a)\\1/'])('refuses %j', (text) => {
    expect(textProblem(text)).toBeDefined();
  });
});

describe('literalText', () => {
  it.each([
    ['disk (full)', 'disk (full)'],
    ['/var/log', '/var/log'],
    ['/opt/a.b/', '//opt/a\\.b//i'],
  ])('%j', (text, filter) => {
    expect(literalText(text)).toBe(filter);
  });
});
