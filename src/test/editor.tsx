import { CoreApp } from '@grafana/data';
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';

import { QueryEditor } from '../components/QueryEditor';
import type { SignalChoice } from '../resources';
import type { HeartlineQuery } from '../types';

import { makeDataSource } from './grafana';

interface Props {
  initial: HeartlineQuery;
  onChange: (query: HeartlineQuery) => void;
  onRunQuery: () => void;
  app?: CoreApp;
}

function Host({ initial, onChange, onRunQuery, app = CoreApp.PanelEditor }: Props) {
  const [query, setQuery] = useState(initial);
  const [datasource] = useState(makeDataSource);
  const change = (changed: HeartlineQuery) => {
    setQuery(changed);
    onChange(changed);
  };
  return <QueryEditor {...{ query, datasource, app, onRunQuery }} onChange={change} />;
}

/** The query editor with a query, and what it made of it. */
export function open(query: Partial<HeartlineQuery>, app?: CoreApp) {
  const onChange = jest.fn<void, [HeartlineQuery]>();
  const onRunQuery = jest.fn();
  render(<Host initial={{ refId: 'A', ...query }} {...{ onChange, onRunQuery, app }} />);
  return { onChange, onRunQuery, last: () => onChange.mock.lastCall?.[0], user: userEvent.setup() };
}

export const radio = (group: string, name: string) =>
  within(screen.getByRole('radiogroup', { name: group })).getByRole('radio', { name });

export const reason = 'a request log has no figures of the process';

/** What the back end says of the signals of a request log. */
export const signals: SignalChoice[] = [
  { signal: 'qps', label: 'QPS', unit: 'per s', description: 'Requests', splitBy: ['operation', 'status'], live: true },
  {
    signal: 'latency',
    label: 'Latency',
    unit: 'seconds',
    description: 'How long requests took',
    stats: ['p95', 'avg', 'max'],
    splitBy: ['operation'],
    live: true,
  },
  { signal: 'cpu', label: 'CPU', unit: 'percent', description: 'Processor', stats: ['avg', 'max'], live: true },
  { signal: 'goroutines', label: 'Goroutines', unit: 'count', description: '', unavailable: reason, live: true },
  { signal: 'up', label: 'Up', unit: 'count', description: '' },
];
