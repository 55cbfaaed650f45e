import {
  addService,
  changeService,
  nameProblem,
  removeService,
  resetSecret,
  selectorProblem,
  setSecret,
  urlProblem,
  withMetrics,
} from './services';
import type { ServiceSettings, Settings } from './types';

const orders: ServiceSettings = { name: 'orders', kind: 'app', url: 'http://orders:3000' };
const log: ServiceSettings = { name: 'log', kind: 'requestlog', path: '/srv/p.db', timezone: 'Asia/Shanghai' };

const settings = (services: ServiceSettings[], stored: string[] = []): Settings =>
  ({ jsonData: { services }, secureJsonFields: Object.fromEntries(stored.map((key) => [key, true])) }) as Settings;

describe('nameProblem', () => {
  const problemOf = (name: string, ...others: string[]) =>
    nameProblem(
      [name, ...others].map((text) => ({ name: text, kind: 'app' })),
      0
    );

  it.each(['', 'orders', 'phone detect', '订单', 'x'.repeat(100), '😀'.repeat(100)])('accepts %j', (name) => {
    expect(problemOf(name)).toBeUndefined();
  });

  it.each(['a,b', '{a}', '$a', 'x'.repeat(101), ' orders'])('refuses %j', (name) => {
    expect(problemOf(name)).toBeDefined();
  });

  it('refuses a name that another service has, but not a second one without a name', () => {
    expect(problemOf('orders', 'orders')).toBe('Another service has this name');
    expect(problemOf('', '')).toBeUndefined();
  });
});

describe('urlProblem', () => {
  it.each([undefined, '', 'http://orders:3000', 'https://example.org/prometheus/'])('accepts %j', (url) => {
    expect(urlProblem(url)).toBeUndefined();
  });

  it.each([
    'orders',
    'orders:3000',
    '//orders',
    'ftp://orders',
    'http://',
    'http://u:p@o',
    'http://o?a=b',
    'http://o#x',
  ])('refuses %j', (url) => {
    expect(urlProblem(url)).toBeDefined();
  });
});

describe('selectorProblem', () => {
  it.each([undefined, '', 'job="orders"', 'job=~"a{2}", env!="test"', 'a!~"b"'])('accepts %j', (selector) => {
    expect(selectorProblem(selector)).toBeUndefined();
  });

  it.each(['orders', '{job="orders"}'])('refuses %j', (selector) => {
    expect(selectorProblem(selector)).toBeDefined();
  });
});

it('settings of Prometheus that are emptied are gone', () => {
  expect(withMetrics({ url: 'http://p' }, { user: 'u' })).toEqual({ url: 'http://p', user: 'u' });
  expect(withMetrics({ url: 'http://p', user: 'u' }, { user: '' })).toEqual({ url: 'http://p' });
  expect(withMetrics({ url: 'http://p' }, { url: '' })).toBeUndefined();
});

describe('services', () => {
  it('are added as apps, changed and removed', () => {
    const added = addService(settings([log]));
    expect(added.jsonData.services).toEqual([log, { name: '', kind: 'app' }]);
    const named = changeService(added, 1, { name: 'orders', url: 'http://orders:3000', user: '' });
    expect(named.jsonData.services).toEqual([log, orders]);
    expect(removeService(removeService(named, 0), 0).jsonData.services).toBeUndefined();
  });

  it('of another kind keep their name only', () => {
    expect(changeService(settings([log]), 0, { kind: 'go' }).jsonData.services).toEqual([{ name: 'log', kind: 'go' }]);
  });

  it('of another kind that Prometheus scrapes keep their selector', () => {
    const go = { name: 'db', kind: 'go', selector: 'job="milvus"' };
    const milvus = changeService(settings([go]), 0, { kind: 'milvus' });
    expect(milvus.jsonData.services).toEqual([{ ...go, kind: 'milvus' }]);
    expect(changeService(milvus, 0, { kind: 'app' }).jsonData.services).toEqual([{ name: 'db', kind: 'app' }]);
  });
});

describe('a secret', () => {
  const token = 'services.orders.token';
  const stored = settings([orders, log], [token, 'metricsToken']);

  it('is written and reset', () => {
    expect(setSecret(stored, token, 'x').secureJsonData).toEqual({ [token]: 'x' });
    const reset = resetSecret(stored, token);
    expect(reset.secureJsonFields).toEqual({ [token]: false, metricsToken: true });
    expect(reset.secureJsonData).toEqual({ [token]: '' });
  });

  it('is removed with its service, others are not', () => {
    expect(removeService(stored, 0).secureJsonData).toEqual({ [token]: '' });
    expect(removeService(stored, 1).secureJsonData).toEqual({});
  });

  it('is removed where the service gets a kind that has none', () => {
    expect(changeService(stored, 0, { kind: 'go' }).secureJsonData).toEqual({ [token]: '' });
  });

  it('that is stored does not follow a new name, and is kept where the old name comes back', () => {
    const renamed = changeService(stored, 0, { name: 'order' });
    expect(renamed.secureJsonData).toEqual({ [token]: '' });
    expect(renamed.secureJsonFields).not.toHaveProperty('services.order.token');
    expect(changeService(renamed, 0, { name: 'orders' }).secureJsonData).toEqual({});
  });

  it('that was reset stays removed, whatever the name', () => {
    const reset = resetSecret(stored, token);
    expect(changeService(reset, 0, { name: 'order' }).secureJsonData).toEqual({ [token]: '' });
    expect(changeService(reset, 0, { url: 'http://o' }).secureJsonData).toEqual({ [token]: '' });
  });

  it('that was typed follows the name', () => {
    const typed = setSecret(settings([{ name: '', kind: 'app' }]), 'services..token', 'x');
    expect(changeService(typed, 0, { name: 'o' }).secureJsonData).toEqual({ 'services.o.token': 'x' });
  });

  it('that was typed for a service is not taken by another whose name passes by', () => {
    const typed = setSecret(settings([orders, { name: 'order', kind: 'app' }]), token, 'x');
    const same = changeService(typed, 1, { name: 'orders' });
    expect(same.secureJsonData).toEqual({ [token]: 'x' });
    expect(changeService(same, 1, { name: 'orders2' }).secureJsonData).toEqual({ [token]: 'x' });
  });
});
