import {
  createDataFrame,
  dataFrameToJSON,
  FieldType,
  LogLevel,
  LogRowContextQueryDirection,
  type LogRowModel,
} from '@grafana/data';

import { logs, makeDataSource, fakeBackend, fakeVariables } from '../test/grafana';

const { Backward, Forward } = LogRowContextQueryDirection;
const at = Date.parse('2026-03-06T10:00:00Z');
const day = 24 * 3_600_000;

const frameOf = (ids: string[]) =>
  createDataFrame({
    refId: 'log-context-A',
    fields: [
      { name: 'timestamp', type: FieldType.time, values: ids.map(() => at) },
      { name: 'body', type: FieldType.string, values: ids.map((id) => `line ${id}`) },
      { name: 'id', type: FieldType.string, values: ids },
    ],
  });

const row = (more: Partial<LogRowModel> = {}): LogRowModel => ({
  dataFrame: { ...frameOf(['b']), refId: 'A' },
  rowIndex: 0,
  entryFieldIndex: 1,
  rowId: 'b',
  uid: 'A_b',
  entry: 'line b',
  raw: 'line b',
  hasAnsi: false,
  hasUnescapedContent: false,
  labels: { direction: 'LSF', monitor: 'lmstat', level: 'Error' },
  logLevel: LogLevel.error,
  timeEpochMs: at,
  timeEpochNs: `${at}000000`,
  timeFromNow: '',
  timeLocal: '',
  timeUtc: '',
  ...more,
});

beforeEach(() => {
  fakeVariables({});
});

/** The ids of the context, and the request that asked for it. */
async function context(direction: LogRowContextQueryDirection, answer: string[], limit = 100) {
  const calls = fakeBackend({}, { 'log-context-A': { frames: [dataFrameToJSON(frameOf(answer))] } });
  const response = await makeDataSource().getLogRowContext(row(), { direction, limit }, logs({ levels: ['Error'] }));
  const [frame] = response.data;
  const ids = frame.fields.find(({ name }: { name: string }) => name === 'id').values;
  expect(frame).toHaveLength(ids.length);
  return { ids, body: calls[0].data };
}

describe('the lines around a row', () => {
  it('before it are asked for newest first, up to its second', async () => {
    const { body } = await context(Backward, []);
    expect(body).toMatchObject({ from: String(at - 7 * day), to: String(at + 1) });
    expect(body?.queries[0]).toMatchObject({ queryType: 'logs', format: 'lines', order: 'newest', limit: 200 });
  });

  it('after it are asked for oldest first, from its second', async () => {
    const { body } = await context(Forward, []);
    expect(body).toMatchObject({ from: String(at), to: String(at + 7 * day) });
    expect(body?.queries[0].order).toBe('oldest');
  });

  it('are all those of the monitor, not only what the query showed', async () => {
    const { body } = await context(Forward, []);
    expect(body?.queries[0]).toMatchObject({ directions: ['LSF'], monitors: ['LSF/lmstat'] });
    expect(body?.queries[0]).not.toHaveProperty('levels');
  });

  it.each([
    ['the row itself is left out', ['b', 'c', 'd'], ['c', 'd']],
    ['so are lines of the same second on its other side', ['a', 'b', 'c'], ['c']],
    ['all are kept where the row is not among them', ['c', 'd'], ['c', 'd']],
    ['nothing beyond the row is nothing', ['a', 'b'], []],
  ])('%s', async (_, answer, expected) => {
    expect((await context(Forward, answer)).ids).toEqual(expected);
  });

  it('are no more than asked for', async () => {
    expect((await context(Backward, ['a', 'b', 'c', 'd', 'e'], 2)).ids).toEqual(['c', 'd']);
  });

  it('fail with what the back end says', async () => {
    fakeBackend({}, { 'log-context-A': { error: 'the folder is gone', status: 500 } });
    await expect(makeDataSource().getLogRowContext(row())).rejects.toThrow('the folder is gone');
  });

  it('cannot be found for a row without labels', async () => {
    await expect(makeDataSource().getLogRowContext(row({ labels: {} }))).rejects.toThrow(/direction and monitor/);
  });
});

it('opens as a query of its own in Explore', async () => {
  const query = logs({ refId: 'B', text: 'disk', datasource: { uid: 'heart' } });
  expect(await makeDataSource().getLogRowContextQuery(row(), {}, query)).toEqual({
    refId: 'B',
    datasource: { uid: 'heart' },
    queryType: 'logs',
    format: 'lines',
    directions: ['LSF'],
    monitors: ['LSF/lmstat'],
  });
});
