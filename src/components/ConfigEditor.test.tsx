import type { DataSourceSettings } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';

import type { HeartlineOptions } from '../types';

import { ConfigEditor } from './ConfigEditor';

type Settings = DataSourceSettings<HeartlineOptions>;

const settings = (jsonData: HeartlineOptions, readOnly = false): Settings =>
  ({ name: 'Heartline', type: 'heartline-monitor-datasource', secureJsonFields: {}, readOnly, jsonData }) as Settings;

function Host({ initial, onChange }: { initial: Settings; onChange: (settings: Settings) => void }) {
  const [options, setOptions] = useState(initial);
  const change = (changed: Settings) => {
    setOptions(changed);
    onChange(changed);
  };
  return <ConfigEditor options={options} onOptionsChange={change} />;
}

function open(jsonData: HeartlineOptions = {}, readOnly?: boolean) {
  const onChange = jest.fn<void, [Settings]>();
  render(<Host initial={settings(jsonData, readOnly)} onChange={onChange} />);
  return { last: () => onChange.mock.lastCall?.[0].jsonData, user: userEvent.setup() };
}

// The description belongs to the accessible name.
const combobox = (label: string) => screen.getByRole('combobox', { name: new RegExp(`^${label}`) });
const textbox = (label: string) => screen.getByRole('textbox', { name: new RegExp(`^${label}`) });

describe('a new data source', () => {
  it('is a file tree in UTC', () => {
    open();
    expect(screen.getByRole('radio', { name: 'File tree' })).toBeChecked();
    expect(screen.getByText(/now UTC/)).toBeInTheDocument();
    expect(textbox('Grace')).toHaveValue('');
  });

  it('gets a path, and says what the administrator has to allow', async () => {
    const { user, last } = open();
    await user.type(textbox('Path'), '/srv/checks');
    expect(last()).toEqual({ events: { kind: 'filetree', path: '/srv/checks' } });
    expect(screen.getByText(/\[plugin.heartline-monitor-datasource\]/)).toHaveTextContent(
      'allowed_paths = /srv/checks'
    );
  });

  it('refuses a path that is not whole', async () => {
    const { user } = open();
    await user.type(textbox('Path'), 'checks');
    expect(screen.getByText(/Write the whole path/)).toBeInTheDocument();
  });

  it('takes the zone that the check scripts write in', async () => {
    const { user, last } = open();
    await user.click(combobox('Time zone'));
    await user.keyboard('Shanghai');
    await user.click(await screen.findByText('Asia/Shanghai'));
    expect(last()).toEqual({ events: { kind: 'filetree', timezone: 'Asia/Shanghai' } });
  });

  it('takes a grace, and refuses one that is no duration', async () => {
    const { user, last } = open();
    await user.type(textbox('Grace'), '2');
    expect(screen.getByText(/Write a duration/)).toBeInTheDocument();
    await user.type(textbox('Grace'), 'm');
    expect(screen.queryByText(/Write a duration/)).not.toBeInTheDocument();
    expect(last()).toEqual({ heartbeat: { grace: '2m' } });
  });
});

describe('a stored data source', () => {
  const stored: HeartlineOptions = {
    events: { kind: 'filetree', path: '/srv/m', timezone: 'Etc/GMT-8', levels: ['Panic'] },
    heartbeat: { grace: '5m' },
  };

  it('shows what is stored, also a zone that the browser does not list', () => {
    open(stored);
    expect(textbox('Path')).toHaveValue('/srv/m');
    expect(screen.getByText(/now Etc\/GMT-8/)).toBeInTheDocument();
    expect(textbox('Grace')).toHaveValue('5m');
  });

  it('keeps its levels out of sight until they are asked for', async () => {
    const { user, last } = open(stored);
    expect(screen.queryByText('Panic')).not.toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: /Advanced/ }));
    await user.type(textbox('Log levels'), 'Notice{Enter}');
    expect(last()?.events).toEqual({ ...stored.events, levels: ['Panic', 'Notice'] });
  });

  it('forgets what is emptied', async () => {
    const { user, last } = open({ ...stored, events: { kind: 'filetree', path: '/a' } });
    await user.clear(textbox('Path'));
    await user.clear(textbox('Grace'));
    expect(last()).toEqual({ events: { kind: 'filetree' } });
  });

  it('cannot be changed where it is provisioned', () => {
    open(stored, true);
    expect(textbox('Path')).toBeDisabled();
    expect(screen.getByRole('radio', { name: 'File tree' })).toBeDisabled();
    expect(combobox('Time zone')).toBeDisabled();
    expect(textbox('Grace')).toBeDisabled();
  });
});
