import { fakeVariables } from '../test/grafana';

import { formatValue, interpolateExpression } from './promql';

describe('the value of a variable', () => {
  it.each([
    ['orders', 'orders'],
    ['C:\\temp', 'C:\\\\temp'],
    ['say "hi"', 'say \\"hi\\"'],
    ['a\nb', 'a\\nb'],
    ["it's", "it's"],
    ['a.b+c', 'a.b+c'],
    ['job="orders"', 'job="orders"'],
    ['job=~"a|b"', 'job=~"a|b"'],
  ])('that is one stands in a quoted text: %s', (value, expected) => {
    expect(formatValue(value, {})).toBe(expected);
  });

  it.each<[string | string[], string]>([
    ['orders', 'orders'],
    [['orders'], 'orders'],
    [['orders', 'GET /a'], '(orders|GET /a)'],
    [['a.b', 'c(d)'], '(a\\\\.b|c\\\\(d\\\\))'],
    ['C:\\temp', 'C:\\\\\\\\temp'],
    ['say "hi"', 'say \\"hi\\"'],
    ['job="orders"', 'job=\\"orders\\"'],
  ])('of several stands in a regular expression: %j', (value, expected) => {
    expect(formatValue(value, { multi: true })).toBe(expected);
    expect(formatValue(value, { includeAll: true })).toBe(expected);
  });

  it('matches itself once the quotes and the expression are read', () => {
    const values = ['a.b', 'c\\d', 'e"f', '(g|h)$', '1+1=2?', '[x]{2}^*'];
    const expression = JSON.parse(`"${formatValue(values, { multi: true })}"`);
    for (const value of values) {
      expect(value).toMatch(new RegExp(`^(?:${expression})$`));
    }
    expect('aXb').not.toMatch(new RegExp(`^(?:${expression})$`));
  });
});

describe('an expression', () => {
  const srv = fakeVariables({
    service: ['a.b', 'c'],
    job: 'x',
    __interval: '15s',
    __range: '1h',
    __interval_ms: '15000',
    __interval_of: 'x',
  });

  it.each([
    ['up{job="$job"}', 'up{job="x"}'],
    ['up{job=~"$service"}', 'up{job=~"(a\\\\.b|c)"}'],
    ['rate(a[$__interval])', 'rate(a[$__interval])'],
    ['rate(a[${__interval}])', 'rate(a[${__interval}])'],
    ['rate(a[$__rate_interval])[$__range:$__interval]', 'rate(a[$__rate_interval])[$__range:$__interval]'],
    ['a * $__interval_ms / ${__range_s} + $__range_ms', 'a * $__interval_ms / ${__range_s} + $__range_ms'],
    ['a{b="$__interval_of"}', 'a{b="x"}'],
    ['a{b="$other"}', 'a{b="$other"}'],
    ['', ''],
  ])('%s becomes %s', (expression, expected) => {
    expect(interpolateExpression(srv, expression)).toBe(expected);
  });
});
