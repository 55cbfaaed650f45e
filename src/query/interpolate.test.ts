import { logs, fakeVariables } from '../test/grafana';
import type { HeartlineQuery } from '../types';

import { interpolate } from './interpolate';

const srv = fakeVariables({
  direction: ['LSF', 'host'],
  monitor: 'lmstat',
  none: [],
  blank: '',
  word: 'a+b',
  words: ['a+b', 'c'],
  step: '5m',
  dollar: '$& $1',
  all: '$__all',
  status: ['late', 'down'],
});

const run = (more: Partial<HeartlineQuery>) => interpolate(srv, logs(more));

describe('lists', () => {
  it.each<[string, string[], string[] | undefined]>([
    ['a plain value stays', ['LSF'], ['LSF']],
    ['a variable becomes its value', ['$monitor'], ['lmstat']],
    ['a variable of several values becomes several', ['$direction'], ['LSF', 'host']],
    ['braces are read too', ['${direction}'], ['LSF', 'host']],
    ['text around it is repeated', ['$direction/lmstat'], ['LSF/lmstat', 'host/lmstat']],
    ['two variables combine', ['$direction/$monitor'], ['LSF/lmstat', 'host/lmstat']],
    ['doubles go', ['LSF', '$direction'], ['LSF', 'host']],
    ['the order of the list stays', ['存储', '$direction'], ['存储', 'LSF', 'host']],
    ['dollar signs in a value are no references', ['$dollar'], ['$& $1']],
    ['a variable without values selects everything', ['$none'], undefined],
    ['an empty variable selects everything', ['$blank'], undefined],
    ['a variable of which all is selected selects everything', ['LSF', '$all'], undefined],
    ['an unknown variable stays, so that it is seen', ['$other'], ['$other']],
  ])('%s', (_, list, expected) => {
    expect(run({ monitors: list }).monitors).toEqual(expected);
  });

  it('are replaced in every field', () => {
    const of = (query: Partial<HeartlineQuery>) => interpolate(srv, { refId: 'A', ...query });
    const list = ['$direction'];
    const both = ['LSF', 'host'];
    expect(of({ queryType: 'alarms', directions: list, receivers: list, sendResults: list })).toMatchObject({
      directions: both,
      receivers: both,
      sendResults: both,
    });
    expect(run({ hosts: list, levels: list })).toMatchObject({ hosts: both, levels: both });
    expect(of(JSON.parse('{"queryType":"monitors","statuses":["$status"]}')).statuses).toEqual(['late', 'down']);
  });

  it('use the variables of a repeated panel first', () => {
    const scoped = { direction: { value: 'security', text: 'security' } };
    expect(interpolate(srv, logs({ directions: ['$direction'] }), scoped).directions).toEqual(['security']);
  });
});

describe('text', () => {
  it.each([
    ['plain $word', 'plain a+b'],
    ['/x $word y/', '/x a\\+b y/'],
    ['/$words/i', '/(a\\+b|c)/i'],
  ])('%s becomes %s', (text, expected) => {
    expect(run({ text }).text).toBe(expected);
  });
});

describe('interval', () => {
  const count = (interval: string, ms = '200ms') =>
    interpolate(srv, logs({ format: 'count', interval }), { __interval: { value: ms, text: ms } }).interval;

  it('takes a variable', () => {
    expect(count('$step')).toBe('5m');
  });

  it('follows the panel where that is finer than a second', () => {
    expect(count('$__interval')).toBeUndefined();
    expect(count('$__interval', '30s')).toBe('30s');
  });
});

describe('services', () => {
  const signals = (more: Partial<HeartlineQuery>) =>
    interpolate(srv, { refId: 'A', queryType: 'signals', format: 'series', ...more }, {}, [
      { key: 'host', operator: '=', value: 'n1' },
    ]);

  it('are as many as their variable has values', () => {
    expect(signals({ services: ['checkout', '$direction'] }).services).toEqual(['checkout', 'LSF', 'host']);
  });

  it('are all where their variable selects all', () => {
    expect(signals({ services: ['$all'] })).not.toHaveProperty('services');
  });

  it("have no check scripts' filters, also those of the dashboard", () => {
    const filters: HeartlineQuery['filters'] = [{ key: 'host', operator: '=', value: 'n2' }];
    expect(signals({ filters })).toEqual({ refId: 'A', queryType: 'signals', format: 'series' });
  });
});

describe('an expression', () => {
  const vars = { __interval: { value: '200ms', text: '200ms' } };
  const promql = (more: Partial<HeartlineQuery>) =>
    interpolate(srv, { refId: 'A', queryType: 'promql', format: 'series', ...more }, vars);

  it('keeps the durations that the back end fills in', () => {
    const expr = 'rate(a{m="$monitor"}[$__rate_interval]) + b[$__interval] + c[${__range}]';
    expect(promql({ expr }).expr).toBe('rate(a{m="lmstat"}[$__rate_interval]) + b[$__interval] + c[${__range}]');
  });

  it('has a legend whose labels stay and whose variables are replaced', () => {
    expect(promql({ expr: 'up', legend: '$monitor {{job}}' }).legend).toBe('lmstat {{job}}');
  });

  it('has the least step of a variable, or that of the panel', () => {
    expect(promql({ expr: 'up', interval: '$step' }).interval).toBe('5m');
    expect(promql({ expr: 'up', interval: '$__interval' })).not.toHaveProperty('interval');
  });
});

describe('filters', () => {
  it('of the dashboard are added to those of the query', () => {
    const query = logs({ filters: [{ key: 'level', operator: '!=', value: 'Debug' }] });
    const bar = [
      { key: 'direction', operator: '=|', value: 'LSF', values: ['LSF', 'host'], condition: '' },
      { key: 'host', operator: '=~', value: 'n.*' },
    ];
    expect(interpolate(srv, query, {}, bar).filters).toEqual([
      { key: 'level', operator: '!=', value: 'Debug' },
      { key: 'direction', operator: '=|', value: 'LSF', values: ['LSF', 'host'] },
      { key: 'host', operator: '=~', value: 'n.*' },
    ]);
  });

  it('have their variables replaced', () => {
    const filters: HeartlineQuery['filters'] = [
      { key: 'monitor', operator: '=', value: '$monitor' },
      { key: 'direction', operator: '=|', values: ['$direction'] },
      { key: 'host', operator: '=~', value: '$words' },
    ];
    expect(run({ filters }).filters).toEqual([
      { key: 'monitor', operator: '=', value: 'lmstat' },
      { key: 'direction', operator: '=|', values: ['LSF', 'host'] },
      { key: 'host', operator: '=~', value: '(a\\+b|c)' },
    ]);
  });
});

it('sends no undefined and no foreign fields', () => {
  const query = run({ directions: ['$none'], text: '$blank', statuses: ['ok'] });
  expect(JSON.stringify(query)).toBe('{"refId":"A","queryType":"logs","format":"lines"}');
  expect(Object.keys(query)).toHaveLength(3);
});
