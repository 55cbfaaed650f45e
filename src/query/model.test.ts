import { CoreApp } from '@grafana/data';

import { logs } from '../test/grafana';
import type { HeartlineQuery } from '../types';

import { change, changeType, defaultQuery, intervalProblem, isComplete, prune } from './model';
import { allFields, fieldsOf, formatsOf, shapes, types, typesOf } from './shapes';

const full: HeartlineQuery = {
  refId: 'A',
  directions: ['LSF'],
  monitors: ['lmstat'],
  hosts: ['n1'],
  filters: [{ key: 'host', operator: '=', value: 'n1' }],
  levels: ['Error'],
  receivers: ['a'],
  sendResults: ['FAILED'],
  statuses: ['down'],
  text: 'disk',
  groupBy: ['direction'],
  interval: '1h',
  instant: false,
  top: 10,
  limit: 10,
  order: 'oldest',
  live: true,
  services: ['orders'],
  signal: 'latency',
  stat: 'p95',
  splitBy: ['operation'],
  lenient: true,
  expr: 'up',
  legend: '{{job}}',
};

const shown = types.flatMap((queryType) => formatsOf(queryType).map((format) => ({ queryType, format })));

describe('a query', () => {
  it.each(shown)('of $queryType as $format has its own fields only', ({ queryType, format }) => {
    const kept = allFields.filter((field) => field in prune({ ...full, queryType, format }));
    const own = fieldsOf(queryType, format).filter((field) => field !== 'instant' && field !== 'top');
    expect(new Set(kept)).toEqual(new Set(own));
  });

  it('has largest groups at an instant, an interval otherwise', () => {
    const count = logs({ format: 'count', interval: '1h', top: 10 });
    expect(prune(count)).toEqual(logs({ format: 'count', interval: '1h' }));
    expect(prune({ ...count, instant: true })).toEqual(logs({ format: 'count', instant: true, top: 10 }));
  });

  it('has no empty and no undefined fields', () => {
    const empty = { directions: [], text: '', live: false, limit: undefined, datasource: undefined };
    expect(Object.keys(prune(logs(empty)))).toEqual(['refId', 'queryType', 'format']);
  });

  it('keeps what Grafana puts into it', () => {
    const foreign = { hide: true, key: 'k', datasource: { uid: 'heart' } };
    expect(prune(logs(foreign))).toEqual(logs(foreign));
  });

  it('of an unknown type is left to the back end to refuse', () => {
    const stored = JSON.parse('{"refId":"A","queryType":"metrics","levels":["Error"],"statuses":["ok"]}');
    expect(prune(stored)).toEqual(stored);
    expect(isComplete(stored)).toBe(true);
  });
});

describe('change', () => {
  it('to another format drops what that has not', () => {
    expect(change(logs({ limit: 5, levels: ['Error'] }), { format: 'count' })).toEqual(
      logs({ format: 'count', levels: ['Error'] })
    );
  });

  it('of the type keeps shared filters and takes the default format', () => {
    expect(changeType({ ...full, queryType: 'logs', format: 'lines' }, 'monitors')).toEqual({
      refId: 'A',
      queryType: 'monitors',
      format: 'table',
      directions: ['LSF'],
      monitors: ['lmstat'],
      hosts: ['n1'],
      filters: full.filters,
      receivers: ['a'],
      statuses: ['down'],
    });
  });

  it('from signals to live keeps the signal, and not how it was split', () => {
    expect(changeType({ ...full, queryType: 'signals', format: 'series' }, 'live')).toEqual({
      refId: 'A',
      queryType: 'live',
      format: 'stream',
      services: ['orders'],
      signal: 'latency',
      stat: 'p95',
    });
  });

  it('to live drops a signal that cannot be streamed', () => {
    const up: HeartlineQuery = { refId: 'A', queryType: 'signals', format: 'instant', signal: 'up' };
    expect(changeType(up, 'live')).toEqual({ refId: 'A', queryType: 'live', format: 'stream' });
    expect(changeType(up, 'signals').signal).toBe('up');
  });

  it('to a heatmap, which is always of latency, drops the signal', () => {
    const series: HeartlineQuery = { ...full, queryType: 'signals', format: 'series' };
    expect(change(series, { format: 'heatmap' })).toEqual({
      refId: 'A',
      queryType: 'signals',
      format: 'heatmap',
      services: ['orders'],
      interval: '1h',
      lenient: true,
    });
  });
});

it('every type belongs to one subject', () => {
  expect([...typesOf('scripts'), ...typesOf('services')]).toEqual(types);
  expect(typesOf('services')).toEqual(['signals', 'live', 'promql', 'report']);
});

describe('defaultQuery', () => {
  it.each([
    [CoreApp.Explore, { queryType: 'logs', format: 'lines' }],
    [CoreApp.UnifiedAlerting, { queryType: 'heartbeats', format: 'status' }],
    [CoreApp.PanelEditor, { queryType: 'logs', format: 'count', groupBy: ['level'] }],
    [undefined, { queryType: 'logs', format: 'count', groupBy: ['level'] }],
  ])('in %s', (app, query) => {
    expect(defaultQuery(app)).toEqual(query);
    expect(shapes[defaultQuery(app).queryType].formats).toHaveProperty(String(query.format));
  });
});

describe('isComplete', () => {
  it.each<[boolean, Partial<HeartlineQuery>]>([
    [true, {}],
    [true, { text: '/a+/', limit: 50_000, interval: '$__interval' }],
    [false, { text: '/a(/' }],
    [false, { limit: 0 }],
    [false, { limit: 50_001 }],
    [false, { limit: NaN }],
    [false, { top: -1 }],
    [false, { interval: '5 minutes' }],
    [false, { hide: true }],
    [false, { queryType: 'promql', format: 'series' }],
    [false, { queryType: 'promql', format: 'series', expr: ' \n' }],
    [true, { queryType: 'promql', format: 'series', expr: 'up', interval: '15s' }],
    [true, { queryType: 'signals', format: 'series' }],
    [false, { queryType: 'signals', format: 'series', interval: 'often' }],
    [false, { queryType: undefined }],
  ])('%s for %j', (expected, more) => {
    expect(isComplete(logs(more))).toBe(expected);
  });
});

describe('intervalProblem', () => {
  it.each(['', '30s', '5m', '1h30m', '1d', '2w', 'auto', '$interval', '${interval}', '[[interval]]'])(
    'accepts %j',
    (interval) => {
      expect(intervalProblem(interval)).toBeUndefined();
    }
  );

  it.each(['1', 'm', '1 h', '1d12h', '-5m', '1y'])('refuses %j', (interval) => {
    expect(intervalProblem(interval)).toBeDefined();
  });
});
