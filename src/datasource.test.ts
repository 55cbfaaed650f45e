import {
  CoreApp,
  type DataQueryResponse,
  type DataSourceApi,
  dateTime,
  hasLogsContextSupport,
  hasQueryModificationSupport,
  hasSupplementaryQuerySupport,
  hasToggleableQueryFiltersSupport,
  SupplementaryQueryType,
} from '@grafana/data';
import { setGrafanaLiveSrv, StreamingFrameAction } from '@grafana/runtime';
import { lastValueFrom, of, Subject } from 'rxjs';

import { settle } from './logs/live';
import { logs, makeDataSource, options, request, fakeBackend, fakeVariables } from './test/grafana';
import type { HeartlineQuery } from './types';

beforeEach(() => {
  fakeVariables({ direction: ['LSF', 'host'] });
});

const sent = async (targets: HeartlineQuery[], more: Parameters<typeof request>[1] = {}) => {
  const calls = fakeBackend({});
  await lastValueFrom(makeDataSource().query(request(targets, more)));
  return calls[0].data?.queries ?? [];
};

describe('what is sent to the back end', () => {
  it('is the model with its variables replaced, and nothing that belongs to another format', async () => {
    const [query] = await sent([logs({ directions: ['$direction'], groupBy: ['level'], text: 'disk' })]);
    expect(query).toMatchObject({ refId: 'A', queryType: 'logs', format: 'lines', directions: ['LSF', 'host'] });
    expect(query).toMatchObject({ text: 'disk', intervalMs: 60_000, datasource: { uid: 'heart' } });
    expect(query).not.toHaveProperty('groupBy');
  });

  it("has the dashboard's ad hoc filters", async () => {
    const filters = [{ key: 'level', operator: '!=', value: 'Debug' }];
    const [query] = await sent([logs()], { filters });
    expect(query.filters).toEqual(filters);
  });

  it('is nothing for a query that is half typed', () => {
    const datasource = makeDataSource();
    expect(datasource.filterQuery(logs({ text: '/a(/' }))).toBe(false);
    expect(datasource.filterQuery(logs())).toBe(true);
  });
});

describe('following new lines', () => {
  const live = async (more: Partial<HeartlineQuery>, about: Parameters<typeof request>[1]) =>
    (await sent([logs(more)], about))[0].live;

  it("is switched on by Explore's Live button, from the newest lines on", async () => {
    const [query] = await sent([logs({ order: 'oldest' })], { app: CoreApp.Explore, liveStreaming: true });
    expect(query).toMatchObject({ live: true });
    expect(query).not.toHaveProperty('order');
  });

  it('goes on until now, also where Explore shows the past', async () => {
    const before = Date.now();
    const calls = fakeBackend({});
    await lastValueFrom(makeDataSource().query(request([logs()], { app: CoreApp.Explore, liveStreaming: true })));
    expect(Number(calls[0].data?.to)).toBeGreaterThanOrEqual(before);
    expect(calls[0].data?.from).toBe(String(Date.parse('2026-03-06T10:00:00Z')));
  });

  it('is off in Explore without that button, whatever the query says', async () => {
    expect(await live({ live: true }, { app: CoreApp.Explore })).toBeUndefined();
  });

  it('is up to the query in a panel', async () => {
    expect(await live({ live: true }, { app: CoreApp.Dashboard })).toBe(true);
    expect(await live({}, { app: CoreApp.Dashboard })).toBeUndefined();
  });

  it('leaves counts and other types as they are', async () => {
    const count = logs({ format: 'count' });
    const alarms: HeartlineQuery = { refId: 'B', queryType: 'alarms', format: 'rows' };
    const queries = await sent([count, alarms], { app: CoreApp.Explore, liveStreaming: true });
    expect(queries.map((query) => 'live' in query)).toEqual([false, false]);
  });

  it('subscribes to the channel that the answer names, with room for the lines asked for', async () => {
    const getDataStream = jest.fn(() => of({ data: [] }));
    setGrafanaLiveSrv({ getDataStream } as unknown as Parameters<typeof setGrafanaLiveSrv>[0]);
    const schema = { refId: 'A', meta: { channel: 'ds/heart/tail/abc' }, fields: [] };
    fakeBackend({}, { A: { frames: [{ schema, data: { values: [] } }] } });
    const about = { app: CoreApp.Explore, liveStreaming: true, maxDataPoints: 300 };
    await lastValueFrom(makeDataSource().query(request([logs({ limit: 2000 })], about)));
    expect(getDataStream).toHaveBeenCalledWith(
      expect.objectContaining({
        addr: { scope: 'ds', stream: 'heart', path: 'tail/abc' },
        buffer: expect.objectContaining({ action: StreamingFrameAction.Append, maxLength: 2000 }),
      })
    );
  });

  const liveBuffer = async (from: string, about: Parameters<typeof request>[1] = {}) => {
    const getDataStream = jest.fn((_: { buffer: object }) => of({ data: [] }));
    setGrafanaLiveSrv({ getDataStream } as unknown as Parameters<typeof setGrafanaLiveSrv>[0]);
    const schema = { refId: 'A', meta: { channel: 'ds/heart/live/abc' }, fields: [] };
    fakeBackend({}, { A: { frames: [{ schema, data: { values: [] } }] } });
    const range = { from: dateTime(from), to: dateTime('2026-03-06T11:00:00Z'), raw: { from: 'now-1h', to: 'now' } };
    const live: HeartlineQuery = { refId: 'A', queryType: 'live', format: 'stream', limit: 5 };
    await lastValueFrom(makeDataSource().query(request([live], { range, maxDataPoints: 300, ...about })));
    return getDataStream.mock.lastCall?.[0].buffer;
  };

  it('keeps a point for each second of the range, however narrow the panel', async () => {
    expect(await liveBuffer('2026-03-06T10:45:00Z')).toEqual({
      action: StreamingFrameAction.Append,
      maxLength: 901,
      maxDelta: 900_000,
    });
  });

  it('keeps no more points of a long range than a panel can draw', async () => {
    expect(await liveBuffer('2026-03-05T11:00:00Z')).toMatchObject({ maxLength: 11_000, maxDelta: 86_400_000 });
  });

  it('drops no point by its age where the range is fixed', async () => {
    const rangeRaw = { from: '2026-03-06T10:45:00Z', to: '2026-03-06T11:00:00Z' };
    expect(await liveBuffer('2026-03-06T10:45:00Z', { rangeRaw })).not.toHaveProperty('maxDelta');
  });

  it('repeats the last lines when it is quiet, because Explore overlooks those that come too fast', () => {
    jest.useFakeTimers();
    const updates = new Subject<DataQueryResponse>();
    const seen: string[] = [];
    settle(updates).subscribe(({ key = '' }) => seen.push(key));
    updates.next({ key: '1', data: [] });
    updates.next({ key: '2', data: [] });
    jest.advanceTimersByTime(1000);
    expect(seen).toEqual(['1', '2', '2']);
    jest.useRealTimers();
  });
});

describe('log volume', () => {
  const datasource = makeDataSource();
  const volume = (targets: HeartlineQuery[]) =>
    datasource.getSupplementaryRequest(SupplementaryQueryType.LogsVolume, request(targets))?.targets;

  it('is announced to Explore, a sample is not', () => {
    const api = datasource as unknown as DataSourceApi;
    expect(hasSupplementaryQuerySupport(api, SupplementaryQueryType.LogsVolume)).toBe(true);
    expect(hasSupplementaryQuerySupport(api, SupplementaryQueryType.LogsSample)).toBe(false);
  });

  it('counts the same lines by level', () => {
    const lines = logs({
      directions: ['LSF'],
      levels: ['Error'],
      text: 'disk',
      limit: 10,
      order: 'oldest',
      live: true,
    });
    expect(volume([lines])).toEqual([
      {
        refId: 'log-volume-A',
        queryType: 'logs',
        format: 'count',
        groupBy: ['level'],
        directions: ['LSF'],
        levels: ['Error'],
        text: 'disk',
      },
    ]);
  });

  it('leaves out hidden queries and those that are no lines', () => {
    const count = logs({ refId: 'B', format: 'count' });
    expect(volume([logs(), count, logs({ refId: 'C', hide: true })])).toHaveLength(1);
    expect(volume([count])).toBeUndefined();
  });

  it('does not exist for a sample', () => {
    expect(datasource.getSupplementaryQuery({ type: SupplementaryQueryType.LogsSample }, logs())).toBeUndefined();
  });
});

describe('lists to choose from', () => {
  it('come from the resources, restricted where the resource can be', async () => {
    const calls = fakeBackend({ monitors: options('lmstat') });
    const monitors = await makeDataSource().list('monitors', { directions: ['$direction'], monitors: ['x'] });
    expect(monitors).toEqual(options('lmstat'));
    expect(calls[0]).toMatchObject({ params: { direction: ['LSF', 'host'] } });
    expect(calls[0].url).toBe('/api/datasources/uid/heart/resources/monitors');
    expect(calls[0].params).not.toHaveProperty('monitor');
  });

  it('have the services of some kinds', async () => {
    const calls = fakeBackend({ services: options('checkout') });
    expect(await makeDataSource().list('services', { kinds: ['app'] })).toEqual(options('checkout'));
    expect(calls[0].params).toEqual({ kind: ['app'] });
  });

  it('have the signals of services, variables replaced', async () => {
    const calls = fakeBackend({ signals: [{ signal: 'qps' }] });
    expect(await makeDataSource().listSignals(['checkout', '$direction'])).toEqual([{ signal: 'qps' }]);
    expect(calls[0].params).toEqual({ service: ['checkout', 'LSF', 'host'] });
    await makeDataSource().listSignals();
    expect(calls[1].params).toEqual({ service: [] });
  });

  it('are whole for levels', async () => {
    const calls = fakeBackend({ levels: options('Error') });
    await makeDataSource().list('levels', { directions: ['LSF'] });
    expect(calls[0].params).toEqual({});
  });

  it('serve ad hoc filters', async () => {
    const calls = fakeBackend({ keys: options('level'), values: options('Error') });
    const datasource = makeDataSource();
    expect(await datasource.getTagKeys()).toEqual(options('level'));
    expect(await datasource.getTagValues({ key: 'level', filters: [] })).toEqual(options('Error'));
    expect(calls[1].params).toEqual({ key: 'level' });
  });
});

it('tells Grafana what it can do with log lines', () => {
  const datasource = makeDataSource();
  expect(hasLogsContextSupport(datasource)).toBe(true);
  expect(hasToggleableQueryFiltersSupport(datasource)).toBe(true);
  expect(hasQueryModificationSupport(datasource)).toBe(true);
});
