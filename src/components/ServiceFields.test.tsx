import { type BackendSrv, setBackendSrv } from '@grafana/runtime';
import { screen, waitFor } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { throwError } from 'rxjs';

import { open, radio, reason, signals } from '../test/editor';
import { fakeBackend, fakeVariables, options } from '../test/grafana';
import type { HeartlineQuery } from '../types';

beforeEach(() => {
  fakeVariables({ direction: ['LSF', 'host'] });
});

describe('signals of services', () => {
  // Grafana's Combobox tells downshift of greyed options in a way that downshift complains of (12.4).
  beforeEach(() => jest.spyOn(console, 'warn').mockImplementation());
  afterEach(() => jest.restoreAllMocks());

  const series = { queryType: 'signals', format: 'series' } as const;
  const openLoaded = async (query: Partial<HeartlineQuery>) => {
    const calls = fakeBackend({ signals, services: options('orders', 'log') });
    const opened = open(query);
    const { label } = signals.find((choice) => choice.signal === (query.signal ?? 'qps')) ?? {};
    await screen.findByRole('button', { name: `Remove ${label}` });
    return { ...opened, calls };
  };
  const signal = () => screen.getByRole('combobox', { name: 'Signal' });
  const list = async (user: UserEvent) => {
    await user.click(signal());
    return screen.findAllByRole('option');
  };

  it('offer what the chosen services give, and say why the others are greyed out', async () => {
    const { user, calls } = await openLoaded({ ...series, services: ['log', '$direction'] });
    expect((await list(user)).map((option) => option.textContent)).toEqual([
      'QPSRequests (per s)',
      'LatencyHow long requests took (seconds)',
      'CPUProcessor (percent)',
      `GoroutinesNot available: ${reason}`,
      'Up (count)',
    ]);
    expect(calls[0].params).toEqual({ service: ['log', 'LSF', 'host'] });
  });

  it('have the stats and dimensions of the signal, and drop those that another has not', async () => {
    const { user, last } = await openLoaded({ ...series, signal: 'latency', stat: 'p95', splitBy: ['operation'] });
    await user.click(radio('Stat', 'max'));
    expect(last()).toMatchObject({ signal: 'latency', stat: 'max' });
    const offered = await list(user);
    await user.click(offered[2]);
    expect(last()).toEqual({ refId: 'A', ...series, signal: 'cpu', stat: 'max' });
    expect(screen.queryByRole('combobox', { name: 'Split by' })).not.toBeInTheDocument();
    await user.click(screen.getByRole('option', { name: /^QPS/ }));
    expect(last()).toEqual({ refId: 'A', ...series, signal: 'qps' });
    expect(screen.queryByRole('radiogroup', { name: 'Stat' })).not.toBeInTheDocument();
  });

  it('are split', async () => {
    const { user, last } = await openLoaded(series);
    await user.click(screen.getByRole('combobox', { name: 'Split by' }));
    await user.click(screen.getByRole('option', { name: 'Status' }));
    expect(last()?.splitBy).toEqual(['status']);
  });

  it('refuse one that is greyed out, also by the keyboard', async () => {
    const { user, onChange } = await openLoaded({ ...series, signal: 'cpu' });
    await list(user);
    await user.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}{ArrowDown}{Enter}');
    expect(screen.getByRole('option', { selected: true })).toHaveTextContent(/^Goroutines/);
    expect(onChange).not.toHaveBeenCalled();
    await user.keyboard('{ArrowUp}{ArrowUp}{Enter}');
    expect(onChange).toHaveBeenCalledTimes(1);
  });

  it('are QPS where none is left', async () => {
    const { user, last } = await openLoaded({ ...series, signal: 'latency', stat: 'p95' });
    await user.click(screen.getByRole('button', { name: 'Remove Latency' }));
    expect(last()).toEqual({ refId: 'A', ...series });
    expect(screen.getByRole('button', { name: 'Remove QPS' })).toBeInTheDocument();
  });

  it('say what is wrong with a stored one', async () => {
    await openLoaded({ ...series, signal: 'goroutines' });
    expect(screen.getByText(`Not available: ${reason}`)).toBeInTheDocument();
  });

  it('say in full why some are greyed out', async () => {
    const { user } = await openLoaded(series);
    await user.click(screen.getByRole('button', { name: 'Why some signals are greyed out' }));
    expect(screen.getByText(`Goroutines. Not available: ${reason}`)).toBeInTheDocument();
  });

  it('ask again for other services, and no more than once for the same', async () => {
    const { user, calls } = await openLoaded(series);
    await user.type(screen.getByRole('textbox', { name: 'Interval' }), '1m');
    expect(calls).toHaveLength(1);
    await user.click(screen.getByRole('combobox', { name: 'Services' }));
    await user.click(await screen.findByRole('option', { name: 'log' }));
    await waitFor(() => expect(calls.at(-1)?.params).toEqual({ service: ['log'] }));
  });

  it('say why they cannot be listed', async () => {
    setBackendSrv({
      fetch: () => throwError(() => ({ status: 400, data: { message: 'services[0] has no name' } })),
    } as unknown as BackendSrv);
    open(series);
    expect(await screen.findByText('The signals cannot be listed: services[0] has no name')).toBeInTheDocument();
  });

  it('leave out services that cannot give the signal, where some are named', async () => {
    const { user, last } = await openLoaded({ ...series, services: ['$direction'] });
    await user.click(screen.getByRole('switch', { name: 'Lenient' }));
    expect(last()?.lenient).toBe(true);
  });

  it('that are live come from apps, and are those that can be streamed', async () => {
    const { user, last, calls } = await openLoaded({ queryType: 'live', format: 'stream' });
    expect(screen.queryByRole('combobox', { name: 'Split by' })).not.toBeInTheDocument();
    const offered = await list(user);
    expect(offered.at(-1)).toHaveTextContent('Not available: it cannot be streamed');
    await user.click(offered[1]);
    expect(last()).toEqual({ refId: 'A', queryType: 'live', format: 'stream', signal: 'latency' });
    await user.click(screen.getByRole('combobox', { name: 'Services' }));
    await screen.findByRole('option', { name: 'orders' });
    expect(calls.at(-1)).toMatchObject({ params: { kind: ['app'] } });
  });
});

describe('an expression', () => {
  const promql = { queryType: 'promql', format: 'series' } as const;
  const expression = () => screen.getByRole('textbox', { name: /^Expression/ });

  it('is run by Shift+Enter, and has lines', async () => {
    const { user, last, onRunQuery } = open(promql);
    await user.type(expression(), 'sum({Enter}up)');
    expect(last()?.expr).toBe('sum(\nup)');
    expect(onRunQuery).not.toHaveBeenCalled();
    await user.keyboard('{Shift>}{Enter}{/Shift}');
    expect(onRunQuery).toHaveBeenCalledTimes(1);
    expect(expression()).toHaveValue('sum(\nup)');
  });

  it('has a legend and a least step', async () => {
    const { user, last } = open({ ...promql, expr: 'up' });
    await user.type(screen.getByRole('textbox', { name: 'Legend' }), '{{{{job}}');
    await user.type(screen.getByRole('textbox', { name: 'Min step' }), '15s');
    expect(last()).toEqual({ refId: 'A', ...promql, expr: 'up', legend: '{{job}}', interval: '15s' });
  });

  it('need not have a Prometheus', async () => {
    const { user, last, onRunQuery } = open({ ...promql, expr: 'up' });
    await user.click(screen.getByRole('switch', { name: 'Lenient' }));
    expect(last()).toEqual({ refId: 'A', ...promql, expr: 'up', lenient: true });
    expect(onRunQuery).toHaveBeenCalledTimes(1);
  });
});
