import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';

import type { HeartlineOptions, Settings } from '../types';

import { ConfigEditor } from './ConfigEditor';

const settings = (jsonData: HeartlineOptions, readOnly = false, stored: string[] = []): Settings =>
  ({
    name: 'Heartline',
    type: 'heartline-monitor-datasource',
    secureJsonFields: Object.fromEntries(stored.map((key) => [key, true])),
    readOnly,
    jsonData,
  }) as Settings;

function Host({ initial, onChange }: { initial: Settings; onChange: (settings: Settings) => void }) {
  const [options, setOptions] = useState(initial);
  const change = (changed: Settings) => {
    setOptions(changed);
    onChange(changed);
  };
  return <ConfigEditor options={options} onOptionsChange={change} />;
}

function open(jsonData: HeartlineOptions = {}, readOnly?: boolean, stored?: string[]) {
  const onChange = jest.fn<void, [Settings]>();
  render(<Host initial={settings(jsonData, readOnly, stored)} onChange={onChange} />);
  const last = () => onChange.mock.lastCall?.[0];
  return { last: () => last()?.jsonData, secrets: () => last()?.secureJsonData, user: userEvent.setup() };
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

const button = (name: string | RegExp) => screen.getByRole('button', { name });
const radio = (name: string) => screen.getByRole('radio', { name });

describe('the Prometheus', () => {
  it('gets an address, and nothing else where that is all', async () => {
    const { user, last } = open();
    expect(screen.queryByRole('radio', { name: 'Token' })).not.toBeInTheDocument();
    await user.type(textbox('Prometheus URL'), 'p:90');
    expect(screen.getByText('Write http://host:port or https://host')).toBeInTheDocument();
    await user.clear(textbox('Prometheus URL'));
    await user.type(textbox('Prometheus URL'), 'http://p:9090');
    expect(screen.queryByText('Write http://host:port or https://host')).not.toBeInTheDocument();
    expect(last()).toEqual({ metrics: { url: 'http://p:9090' } });
    await user.clear(textbox('Prometheus URL'));
    expect(last()).toEqual({ metrics: undefined });
  });

  it('gets a user with a password, and loses both with the method', async () => {
    const { user, last, secrets } = open({ metrics: { url: 'http://p' } });
    await user.click(radio('User'));
    await user.type(textbox('User'), 'me');
    await user.type(screen.getByLabelText(/^Password/), 'secret');
    expect(last()).toEqual({ metrics: { url: 'http://p', user: 'me' } });
    expect(secrets()).toEqual({ metricsPassword: 'secret' });
    await user.click(radio('Token'));
    await user.type(screen.getByLabelText(/^Token/, { selector: 'input[type=password]' }), 't');
    expect(last()).toEqual({ metrics: { url: 'http://p' } });
    expect(secrets()).toEqual({ metricsPassword: '', metricsToken: 't' });
  });

  it('shows that a token is stored, and takes another', async () => {
    const { user, secrets } = open({ metrics: { url: 'http://p' } }, false, ['metricsToken']);
    expect(radio('Token')).toBeChecked();
    expect(screen.getByDisplayValue('configured')).toBeDisabled();
    await user.click(button('Reset'));
    expect(secrets()).toEqual({ metricsToken: '' });
    expect(radio('Token')).toBeChecked();
    await user.type(screen.getByLabelText(/^Token/, { selector: 'input[type=password]' }), 'new');
    expect(secrets()).toEqual({ metricsToken: 'new' });
  });
});

describe('services', () => {
  const stored: HeartlineOptions = {
    services: [
      { name: 'orders', kind: 'app', url: 'http://orders:3000' },
      { name: 'phone', kind: 'requestlog', path: '/srv/phone.db', timezone: 'Asia/Shanghai' },
      { name: 'go', kind: 'go', selector: 'job="go"' },
    ],
  };
  const group = (name: string) => within(screen.getByRole('group', { name }));

  it('are added as apps', async () => {
    const { user, last } = open();
    await user.click(button('Add service'));
    await user.type(textbox('Name'), 'orders');
    await user.type(textbox('URL'), 'http://orders:3000');
    expect(last()).toEqual({ services: [stored.services?.[0]] });
  });

  it('are added as request logs in a zone', async () => {
    const { user, last } = open();
    await user.click(button('Add service'));
    await user.click(radio('Request log'));
    const service = group('Service 1');
    await user.type(service.getByRole('textbox', { name: /^Path/ }), '/srv/a.db');
    expect(screen.getByText(/allowed_paths = \/srv\/a.db/)).toBeInTheDocument();
    await user.click(service.getByRole('combobox', { name: /^Time zone/ }));
    await user.keyboard('Shanghai');
    await user.click(await screen.findByText('Asia/Shanghai'));
    expect(last()?.services).toEqual([{ name: '', kind: 'requestlog', path: '/srv/a.db', timezone: 'Asia/Shanghai' }]);
  });

  it('in Prometheus need one', async () => {
    const { user, last } = open();
    await user.click(button('Add service'));
    await user.click(radio('Prometheus'));
    expect(screen.getByText('Set the Prometheus URL above')).toBeInTheDocument();
    await user.type(textbox('Prometheus URL'), 'http://p');
    expect(screen.queryByText('Set the Prometheus URL above')).not.toBeInTheDocument();
    await user.type(textbox('Selector'), '{{job');
    expect(screen.getByText(/Write label matchers without braces/)).toBeInTheDocument();
    expect(last()?.services).toEqual([{ name: '', kind: 'go', selector: '{job' }]);
  });

  it('are added as Milvus, selected in Prometheus', async () => {
    const { user, last } = open({ metrics: { url: 'http://p' } });
    await user.click(button('Add service'));
    await user.type(textbox('Name'), 'vectors');
    await user.click(radio('Milvus'));
    expect(textbox('Selector')).toHaveAttribute('placeholder', 'job=~"milvus.*"');
    await user.type(textbox('Selector'), 'job=~"milvus.*"');
    expect(last()?.services).toEqual([{ name: 'vectors', kind: 'milvus', selector: 'job=~"milvus.*"' }]);
  });

  it('are listed with what they are read from, and one at a time is open', async () => {
    const { user } = open(stored);
    expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
      'ordersApp · http://orders:3000',
      'phoneRequest log · /srv/phone.db',
      'goPrometheus · job="go"',
    ]);
    await user.click(button(/^phone/));
    expect(screen.getByText(/The zone the app writes in, now Asia\/Shanghai/)).toBeInTheDocument();
    await user.click(button(/^go/));
    expect(screen.getAllByRole('textbox', { name: /^Name/ })).toHaveLength(1);
    expect(textbox('Selector')).toHaveValue('job="go"');
  });

  it('have names of their own', async () => {
    const { user } = open(stored);
    await user.click(button(/^phone/));
    await user.clear(textbox('Name'));
    await user.type(textbox('Name'), 'orders');
    expect(screen.getByText('Another service has this name')).toBeInTheDocument();
  });

  it('say that a secret does not follow another name, and ask for it again', async () => {
    const token = 'services.orders.token';
    const { user, last, secrets } = open(stored, false, [token]);
    await user.click(button(/^orders/));
    expect(screen.getByText(/its password or token has to be entered again/)).toBeInTheDocument();
    expect(screen.getByDisplayValue('configured')).toBeInTheDocument();
    await user.type(textbox('Name'), '2');
    expect(screen.queryByDisplayValue('configured')).not.toBeInTheDocument();
    await user.type(screen.getByLabelText(/^Token/, { selector: 'input[type=password]' }), 't');
    expect(last()?.services?.[0]).toEqual({ name: 'orders2', kind: 'app', url: 'http://orders:3000' });
    expect(secrets()).toEqual({ [token]: '', 'services.orders2.token': 't' });
  });

  it('have a user with a password', async () => {
    const { user, last, secrets } = open(stored);
    await user.click(button(/^orders/));
    await user.click(radio('User'));
    await user.type(textbox('User'), 'me');
    await user.type(screen.getByLabelText(/^Password/), 'p');
    expect(last()?.services?.[0]).toMatchObject({ name: 'orders', user: 'me' });
    expect(secrets()).toEqual({ 'services.orders.password': 'p' });
    await user.click(radio('None'));
    expect(last()?.services?.[0]).not.toHaveProperty('user');
    expect(secrets()).toEqual({ 'services.orders.password': '' });
  });

  it('are removed, and the keyboard goes on where one is added', async () => {
    const { user, last } = open(stored);
    await user.click(button(/^phone/));
    await user.click(button('Remove phone'));
    expect(last()?.services?.map(({ name }) => name)).toEqual(['orders', 'go']);
    expect(button('Add service')).toHaveFocus();
  });

  it('cannot be changed where they are provisioned', async () => {
    const { user } = open({ ...stored, metrics: { url: 'http://p' } }, true, ['services.orders.token']);
    await user.click(button(/^orders/));
    expect(textbox('Prometheus URL')).toBeDisabled();
    expect(textbox('Name')).toBeDisabled();
    expect(textbox('URL')).toBeDisabled();
    expect(screen.getByDisplayValue('configured')).toBeDisabled();
    for (const name of [/^Add/, /^Remove/, 'Reset']) {
      expect(screen.queryByRole('button', { name })).not.toBeInTheDocument();
    }
  });
});
