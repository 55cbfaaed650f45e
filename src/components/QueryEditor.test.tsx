import { CoreApp } from '@grafana/data';
import { act, screen } from '@testing-library/react';

import { open, radio, signals } from '../test/editor';
import { fakeBackend, fakeVariables, logs, options } from '../test/grafana';
import type { HeartlineQuery } from '../types';

/** The labels of all inputs, groups of radio buttons included. */
const labels = () =>
  ['combobox', 'textbox', 'spinbutton', 'switch', 'radiogroup']
    .flatMap((role) => screen.queryAllByRole(role, { hidden: true }))
    .map((input) => input.getAttribute('aria-label') ?? (input as HTMLInputElement).labels?.[0]?.textContent);

beforeEach(() => {
  fakeVariables({ direction: ['LSF', 'host'] });
});

describe('which inputs are shown', () => {
  const scope = ['Directions', 'Monitors', 'Hosts'];
  const type = ['Subject', 'Query type'];
  const both = ['Subject', 'Query type', 'Format'];

  const expression = expect.stringMatching(/^Expression/);

  it.each<[Partial<HeartlineQuery>, string[]]>([
    [{ queryType: 'monitors', format: 'table' }, [...scope, 'Receivers', 'Statuses', 'Limit', ...type]],
    [{ queryType: 'heartbeats', format: 'rows' }, [...scope, 'Limit', ...both]],
    [{ queryType: 'heartbeats', format: 'count' }, [...scope, 'Group by', 'Interval', 'Instant', ...both]],
    [{ queryType: 'heartbeats', format: 'status' }, [...scope, 'Statuses', 'Limit', ...both]],
    [{ queryType: 'heartbeats', format: 'annotations' }, [...scope, 'Statuses', 'Limit', ...both]],
    [{ queryType: 'logs', format: 'lines' }, [...scope, 'Levels', 'Text', 'Limit', 'Live', ...both, 'Order']],
    [
      { queryType: 'logs', format: 'count', instant: true },
      [...scope, 'Levels', 'Group by', 'Text', 'Largest groups', 'Instant', ...both],
    ],
    [{ queryType: 'alarms', format: 'annotations' }, [...scope, 'Receivers', 'Send results', 'Text', 'Limit', ...both]],
    [{ queryType: 'signals', format: 'heatmap', services: ['a'] }, ['Services', 'Interval', 'Lenient', ...both]],
    [{ queryType: 'promql', format: 'series' }, [expression, 'Legend', 'Min step', 'Lenient', ...both]],
    [{ queryType: 'promql', format: 'instant' }, [expression, 'Legend', 'Lenient', ...both]],
    [{ queryType: 'report', format: 'markdown' }, ['Services', ...both]],
  ])('%j', (query, expected) => {
    open(query);
    expect(labels()).toEqual(expected);
  });
});

describe('changing the type', () => {
  it('starts with the defaults of the new type and keeps the filters that both have', async () => {
    const { user, last, onRunQuery } = open({
      queryType: 'logs',
      format: 'count',
      directions: ['LSF'],
      levels: ['Error'],
      text: 'disk',
      groupBy: ['level'],
      interval: '1h',
    });
    await user.click(radio('Query type', 'Alarms'));
    expect(last()).toEqual({ refId: 'A', queryType: 'alarms', format: 'rows', directions: ['LSF'], text: 'disk' });
    expect(onRunQuery).toHaveBeenCalledTimes(1);
  });

  it('offers the formats of the new type', async () => {
    const { user, last } = open({ queryType: 'logs', format: 'lines' });
    await user.click(radio('Query type', 'Heartbeats'));
    await user.click(radio('Format', 'Status'));
    expect(last()).toEqual({ refId: 'A', queryType: 'heartbeats', format: 'status' });
  });

  it('changes the subject by the keyboard, to its first type', async () => {
    const { user, last } = open({ queryType: 'monitors', directions: ['LSF'] });
    fakeBackend({ signals: [] });
    act(() => radio('Subject', 'Check scripts').focus());
    await user.keyboard('{ArrowRight}');
    expect(radio('Query type', 'Signals')).toBeChecked();
    expect(last()).toEqual({ refId: 'A', queryType: 'signals', format: 'series' });
    expect(screen.queryByRole('radio', { name: 'Monitors' })).not.toBeInTheDocument();
  });

  it('has no choice of format where there is but one', () => {
    open({ queryType: 'monitors' });
    expect(screen.queryByRole('radiogroup', { name: 'Format' })).not.toBeInTheDocument();
  });
});

describe('choosing from lists', () => {
  it('offers what the store has and the template variables', async () => {
    fakeBackend({ levels: options('Error', 'Fatal') });
    const { user } = open({ queryType: 'logs', format: 'lines' });
    await user.click(screen.getByRole('combobox', { name: 'Levels' }));
    expect(await screen.findByRole('option', { name: 'Error' })).toBeInTheDocument();
    expect(screen.getByRole('option', { name: /\$direction/ })).toBeInTheDocument();
  });

  it('adds the chosen value and runs the query', async () => {
    fakeBackend({ directions: options('LSF', 'host') });
    const { user, last, onRunQuery } = open({ queryType: 'monitors', format: 'table' });
    await user.click(screen.getByRole('combobox', { name: 'Directions' }));
    await user.click(await screen.findByRole('option', { name: 'LSF' }));
    expect(last()).toEqual({ refId: 'A', queryType: 'monitors', format: 'table', directions: ['LSF'] });
    expect(onRunQuery).toHaveBeenCalled();
  });

  it('takes a value that is typed freely, by the keyboard alone', async () => {
    fakeBackend({});
    const { user, last } = open({ queryType: 'monitors', format: 'table' });
    await user.type(screen.getByRole('combobox', { name: 'Monitors' }), 'lmstat');
    await screen.findByRole('option', { name: /lmstat/ });
    await user.keyboard('{ArrowDown}{Enter}');
    expect(last()?.monitors).toEqual(['lmstat']);
  });

  it('asks for the monitors of the chosen directions, variables replaced', async () => {
    const calls = fakeBackend({ monitors: options('lmstat') });
    const { user } = open({ queryType: 'logs', format: 'lines', directions: ['$direction', '存储'] });
    await user.click(screen.getByRole('combobox', { name: 'Monitors' }));
    await screen.findByRole('option', { name: 'lmstat' });
    expect(calls.at(-1)).toMatchObject({ params: { direction: ['LSF', 'host', '存储'] } });
  });

  it('removes a value', async () => {
    const { user, last } = open({ queryType: 'monitors', format: 'table', directions: ['LSF'] });
    await user.click(screen.getByRole('button', { name: 'Remove LSF' }));
    expect(last()).toEqual({ refId: 'A', queryType: 'monitors', format: 'table' });
  });
});

describe('typing', () => {
  it('runs the query when typing has ended, not at every letter', async () => {
    const { user, last, onRunQuery } = open({ queryType: 'logs', format: 'lines' });
    await user.type(screen.getByRole('textbox', { name: 'Text' }), 'disk');
    expect(last()?.text).toBe('disk');
    expect(onRunQuery).not.toHaveBeenCalled();
    await user.keyboard('{Enter}');
    expect(onRunQuery).toHaveBeenCalledTimes(1);
  });

  it('says at the input that a regular expression is wrong', async () => {
    const { user } = open({ queryType: 'logs', format: 'lines' });
    await user.type(screen.getByRole('textbox', { name: 'Text' }), '/disk(/');
    expect(screen.getByText(/Not a regular expression/)).toBeInTheDocument();
  });

  it.each(['0', '50001', '1.5', '-3'])('refuses %s as a limit', async (limit) => {
    const { user } = open({ queryType: 'logs', format: 'lines' });
    await user.type(screen.getByRole('spinbutton', { name: 'Limit' }), limit);
    expect(screen.getByText('Use 1 to 50000')).toBeInTheDocument();
  });

  it('stores a limit as a number and an emptied one not at all', async () => {
    const { user, last } = open({ queryType: 'logs', format: 'lines' });
    const limit = screen.getByRole('spinbutton', { name: 'Limit' });
    await user.type(limit, '200');
    expect(last()?.limit).toBe(200);
    await user.clear(limit);
    expect(last()).toEqual({ refId: 'A', queryType: 'logs', format: 'lines' });
  });
});

describe('counting', () => {
  it('groups by the dimensions of the type', async () => {
    const { user, last } = open({ queryType: 'logs', format: 'count' });
    await user.click(screen.getByRole('combobox', { name: 'Group by' }));
    expect(screen.getAllByRole('option').map((option) => option.textContent)).toEqual([
      'Level',
      'Direction',
      'Admin',
      'Monitor',
      'Host',
    ]);
    await user.click(screen.getByRole('option', { name: 'Level' }));
    expect(last()?.groupBy).toEqual(['level']);
  });

  it('has an interval over time, and largest groups at an instant', async () => {
    const { user, last } = open({ queryType: 'alarms', format: 'count', interval: '1d' });
    await user.click(screen.getByRole('switch', { name: 'Instant' }));
    expect(last()).toEqual({ refId: 'A', queryType: 'alarms', format: 'count', instant: true });
    await user.type(screen.getByRole('spinbutton', { name: 'Largest groups' }), '10');
    expect(last()).toEqual({ refId: 'A', queryType: 'alarms', format: 'count', instant: true, top: 10 });
    await user.click(screen.getByRole('switch', { name: 'Instant' }));
    expect(last()).toEqual({ refId: 'A', queryType: 'alarms', format: 'count' });
  });

  it('refuses an interval that is none', async () => {
    const { user } = open({ queryType: 'alarms', format: 'count' });
    await user.type(screen.getByRole('textbox', { name: 'Interval' }), 'often');
    expect(screen.getByText(/Write 30s, 5m/)).toBeInTheDocument();
  });
});

describe('following new lines', () => {
  it('is a switch in panels', async () => {
    const { user, last } = open({ queryType: 'logs', format: 'lines' });
    await user.click(screen.getByRole('switch', { name: 'Live' }));
    expect(last()?.live).toBe(true);
  });

  it('is left to the Live button in Explore', () => {
    open({ queryType: 'logs', format: 'lines' }, CoreApp.Explore);
    expect(screen.queryByRole('switch', { name: 'Live' })).not.toBeInTheDocument();
  });
});

describe('filters picked in log lines', () => {
  it('are shown and can be removed', async () => {
    const { user, last } = open({
      ...logs(),
      filters: [
        { key: 'level', operator: '!=', value: 'Debug' },
        { key: 'host', operator: '=', value: 'n1' },
      ],
    });
    await user.click(screen.getByRole('button', { name: 'Remove filter level != Debug' }));
    expect(last()?.filters).toEqual([{ key: 'host', operator: '=', value: 'n1' }]);
  });
});

describe('a query without a type', () => {
  it.each([
    [CoreApp.Explore, 'Logs'],
    [CoreApp.UnifiedAlerting, 'Heartbeats'],
    [CoreApp.PanelEditor, 'Logs'],
  ])('in %s becomes one of %s', (app, type) => {
    const { last } = open({}, app);
    expect(radio('Query type', type)).toBeChecked();
    expect(last()?.queryType).toBe(type.toLowerCase());
  });
});

describe('in an alert rule', () => {
  it('takes one number for each service', async () => {
    fakeBackend({ signals });
    open({ queryType: 'signals', format: 'instant' }, CoreApp.UnifiedAlerting);
    await screen.findByRole('button', { name: 'Remove QPS' });
    expect(screen.queryByText(/Status, Count, Instant and Series only/)).not.toBeInTheDocument();
  });

  it('warns of a format that cannot be judged', async () => {
    const { user } = open({ queryType: 'logs', format: 'lines' }, CoreApp.UnifiedAlerting);
    expect(screen.getByText(/Status, Count, Instant and Series only/)).toBeInTheDocument();
    await user.click(radio('Format', 'Count'));
    expect(screen.queryByText(/Status, Count, Instant and Series only/)).not.toBeInTheDocument();
  });
});
