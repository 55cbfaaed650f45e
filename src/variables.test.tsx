import { LoadingState } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { lastValueFrom } from 'rxjs';

import { VariableQueryEditor } from './components/VariableQueryEditor';
import { makeDataSource, options, request, fakeBackend, fakeVariables } from './test/grafana';
import type { VariableQuery } from './types';
import { HeartlineVariables } from './variables';

beforeEach(() => {
  fakeVariables({ direction: ['LSF', 'host'] });
});

const run = async (...targets: VariableQuery[]) => {
  const { data } = await lastValueFrom(
    new HeartlineVariables(makeDataSource()).query({ ...request([]), targets, scopedVars: {} })
  );
  return data;
};

describe('a variable', () => {
  it('lists monitors of the directions that another variable selects', async () => {
    const ambiguous = [{ text: 'host/disk', value: 'host/disk' }, ...options('lmstat')];
    const calls = fakeBackend({ monitors: ambiguous });
    expect(await run({ refId: 'A', kind: 'monitors', directions: ['$direction'] })).toEqual(ambiguous);
    expect(calls[0].params).toEqual({ direction: ['LSF', 'host'] });
  });

  it('lists receivers of monitors', async () => {
    const calls = fakeBackend({ receivers: options('a') });
    await run({ refId: 'A', kind: 'receivers', monitors: ['lmstat'] });
    expect(calls[0].params).toEqual({ direction: [], monitor: ['lmstat'] });
  });

  it('lists services, of some kinds or all', async () => {
    const calls = fakeBackend({ services: options('checkout') });
    expect(await run({ refId: 'A', kind: 'services', kinds: ['app', 'go'] })).toEqual(options('checkout'));
    await run({ refId: 'A', kind: 'services' });
    expect(calls.map(({ params }) => params)).toEqual([{ kind: ['app', 'go'] }, { kind: [] }]);
  });

  it('lists the values of a label within the range, of the series that another variable selects', async () => {
    const calls = fakeBackend({ labelValues: options('a:9091') });
    const metric = 'up{job=~"$direction"}';
    expect(await run({ refId: 'A', kind: 'labelValues', label: 'instance', metric })).toEqual(options('a:9091'));
    expect(calls[0].params).toEqual({
      label: 'instance',
      match: 'up{job=~"(LSF|host)"}',
      from: String(Date.UTC(2026, 2, 6, 10)),
      to: String(Date.UTC(2026, 2, 6, 11)),
    });
  });

  it('asks for no values before it names a label', async () => {
    const calls = fakeBackend({});
    expect(await run({ refId: 'A', kind: 'labelValues', metric: 'up' })).toEqual([]);
    expect(calls).toEqual([]);
  });

  it('lists nothing before it says what', async () => {
    expect(await run(JSON.parse('{"refId":"A"}'))).toEqual([]);
    expect(await run()).toEqual([]);
  });
});

function Host({ initial, onChange }: { initial: VariableQuery; onChange: (query: VariableQuery) => void }) {
  const [query, setQuery] = useState(initial);
  const [datasource] = useState(makeDataSource);
  const change = (changed: VariableQuery) => {
    setQuery(changed);
    onChange(changed);
  };
  return <VariableQueryEditor query={query} onChange={change} datasource={datasource} />;
}

describe('its editor', () => {
  const open = (query: Partial<VariableQuery>) => {
    const onChange = jest.fn<void, [VariableQuery]>();
    render(<Host initial={{ refId: 'A', kind: 'directions', ...query }} onChange={onChange} />);
    return { last: () => onChange.mock.lastCall?.[0], user: userEvent.setup() };
  };

  it('chooses the list', async () => {
    const { user, last } = open({});
    expect(screen.queryByRole('combobox', { name: 'Of directions' })).not.toBeInTheDocument();
    await user.click(screen.getByRole('combobox', { name: 'List' }));
    await user.click(screen.getByRole('option', { name: /^Monitors/ }));
    expect(last()).toEqual({ refId: 'A', kind: 'monitors' });
    expect(screen.getByRole('combobox', { name: 'Of directions' })).toBeInTheDocument();
  });

  it('restricts it by a template variable', async () => {
    fakeBackend({ directions: options('LSF') });
    const { user, last } = open({ kind: 'monitors' });
    await user.click(screen.getByRole('combobox', { name: 'Of directions' }));
    await user.click(await screen.findByRole('option', { name: /\$direction/ }));
    expect(last()).toEqual({ refId: 'A', kind: 'monitors', directions: ['$direction'] });
  });

  it('drops a restriction that the list does not have', async () => {
    const { user, last } = open({ kind: 'receivers', directions: ['LSF'], monitors: ['lmstat'] });
    await user.click(screen.getByRole('combobox', { name: 'List' }));
    await user.click(screen.getByRole('option', { name: /^Monitors/ }));
    expect(last()).toEqual({ refId: 'A', kind: 'monitors', directions: ['LSF'] });
  });

  it('restricts services by their kind', async () => {
    const { user, last } = open({ kind: 'services', directions: ['LSF'] });
    await user.click(screen.getByRole('combobox', { name: 'Of kinds' }));
    await user.click(await screen.findByRole('option', { name: /^Request log/ }));
    expect(last()).toEqual({ refId: 'A', kind: 'services', kinds: ['requestlog'] });
  });

  it('asks for the values of a label when its name is typed', async () => {
    const { user, last } = open({ kind: 'services', kinds: ['app'] });
    await user.click(screen.getByRole('combobox', { name: 'List' }));
    await user.click(screen.getByRole('option', { name: /^Label values/ }));
    expect(last()).toEqual({ refId: 'A', kind: 'labelValues' });
    await user.type(screen.getByRole('textbox', { name: 'Label' }), 'job');
    expect(last()).toEqual({ refId: 'A', kind: 'labelValues' });
    await user.type(screen.getByRole('textbox', { name: 'Of metric' }), ' up{enter}');
    expect(last()).toEqual({ refId: 'A', kind: 'labelValues', label: 'job', metric: 'up' });
  });

  it('says what is no name of a label, and keeps the one there was', async () => {
    const { user, last } = open({ kind: 'labelValues', label: 'job', metric: 'up' });
    const label = screen.getByRole('textbox', { name: 'Label' });
    await user.clear(label);
    await user.type(label, 'job name');
    await user.tab();
    expect(screen.getByText('Write the name of a label, such as job')).toBeInTheDocument();
    expect(last()).toBeUndefined();
  });

  it('drops a label where another list has none', async () => {
    const { user, last } = open({ kind: 'labelValues', label: 'job', metric: 'up' });
    await user.click(screen.getByRole('combobox', { name: 'List' }));
    await user.click(screen.getByRole('option', { name: /^Monitors/ }));
    expect(last()).toEqual({ refId: 'A', kind: 'monitors' });
  });

  it('is what Grafana shows', () => {
    const Editor = new HeartlineVariables(makeDataSource()).editor;
    const props = { datasource: makeDataSource(), onChange: jest.fn(), onRunQuery: jest.fn() };
    const data = { series: [], state: LoadingState.Done, timeRange: request([]).range };
    render(<Editor query={{ refId: 'A', kind: 'hosts' }} data={data} {...props} />);
    expect(screen.getByRole('combobox', { name: 'List' })).toHaveValue('Hosts');
  });
});
