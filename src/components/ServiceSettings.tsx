import { Field, RadioButtonGroup } from '@grafana/ui';
import React, { useId } from 'react';

import {
  changeService,
  nameProblem,
  secretKey,
  selectorProblem,
  serviceKinds,
  servicesOf,
  urlProblem,
} from '../services';
import type { ServiceSettings as Service, Settings } from '../types';

import { CredentialSettings } from './CredentialSettings';
import { PathSetting } from './PathSetting';
import { TextSetting } from './TextSetting';
import { ZoneSetting } from './ZoneSetting';

interface Props {
  index: number;
  settings: Settings;
  onChange: (settings: Settings) => void;
  disabled: boolean;
}

const kindOptions = Object.entries(serviceKinds).map(([value, { label, description }]) => ({
  value,
  label,
  description,
}));

/** One service: its name, and what it is read from. */
export function ServiceSettings({ index, settings, onChange, disabled }: Props) {
  const id = useId();
  const services = servicesOf(settings);
  const service = services[index];
  const set = (patch: Partial<Service>) => onChange(changeService(settings, index, patch));
  const kind = serviceKinds[service.kind];
  return (
    <>
      <TextSetting
        label="Name"
        description="What panels call the service; with another name, its password or token has to be entered again"
        value={service.name}
        placeholder="orders"
        problem={nameProblem(services, index)}
        required
        disabled={disabled}
        onChange={(name) => set({ name })}
      />
      <Field label="Read from" description={kind?.description} disabled={disabled}>
        <RadioButtonGroup
          id={id}
          aria-label="Read from"
          options={kindOptions}
          value={service.kind}
          disabled={disabled}
          onChange={(value) => set({ kind: value })}
        />
      </Field>
      {kind?.fields.includes('selector') && (
        <TextSetting
          label="Selector"
          description="Label matchers that select the service in Prometheus"
          value={service.selector}
          placeholder={kind.selector}
          problem={selectorProblem(service.selector) ?? prometheusProblem(settings)}
          required
          disabled={disabled}
          onChange={(selector) => set({ selector })}
        />
      )}
      {kind?.fields.includes('url') && <AppFields {...{ index, settings, onChange, disabled }} />}
      {kind?.fields.includes('path') && (
        <>
          <PathSetting
            description="The SQLite file, as the Grafana server sees it"
            placeholder="/srv/orders/performance.db"
            path={service.path}
            required
            disabled={disabled}
            onChange={(path) => set({ path })}
          />
          <ZoneSetting
            describe={describeZone}
            zone={service.timezone}
            disabled={disabled}
            onChange={(timezone) => set({ timezone })}
          />
        </>
      )}
    </>
  );
}

const describeZone = (zone: string) => `The zone the app writes in, now ${zone}; times in the file do not say it`;

const prometheusProblem = ({ jsonData }: Settings) =>
  jsonData.metrics?.url ? undefined : 'Set the Prometheus URL above';

function AppFields(props: Props) {
  const { index, settings, onChange, disabled } = props;
  const { name, url, user } = servicesOf(settings)[index];
  return (
    <>
      <TextSetting
        label="URL"
        description="The address of the app, as the Grafana server sees it; redirects are not followed"
        value={url}
        placeholder="http://orders:3000"
        problem={urlProblem(url)}
        required
        disabled={disabled}
        onChange={(value) => onChange(changeService(settings, index, { url: value }))}
      />
      <CredentialSettings
        settings={settings}
        onChange={onChange}
        disabled={disabled}
        user={user}
        withUser={(from, value) => changeService(from, index, { user: value })}
        passwordName={secretKey(name, 'password')}
        tokenName={secretKey(name, 'token')}
      />
    </>
  );
}
