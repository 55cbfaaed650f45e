import { Field, RadioButtonGroup } from '@grafana/ui';
import React, { useId } from 'react';

import { defaultKind, storeKinds } from '../settings';
import type { EventSettings } from '../types';

import { PathSetting } from './PathSetting';
import { ZoneSetting } from './ZoneSetting';

export interface EventSettingsProps {
  events: EventSettings;
  onChange: (patch: EventSettings) => void;
  disabled: boolean;
}

const kindOptions = Object.entries(storeKinds).map(([value, { label, description }]) => ({
  value,
  label,
  description,
}));

const describeZone = (zone: string) =>
  `The zone the check scripts write in, now ${zone}; times in the store do not say it`;

/** Where check scripts write, and in which time zone. */
export function StoreSettings({ events, onChange, disabled }: EventSettingsProps) {
  const id = useId();
  const kind = events.kind ?? defaultKind;
  return (
    <>
      <Field label="Store" description={storeKinds[kind]?.description} disabled={disabled}>
        <RadioButtonGroup
          id={`${id}-kind`}
          aria-label="Store"
          options={kindOptions}
          value={kind}
          disabled={disabled}
          onChange={(value) => onChange({ kind: value })}
        />
      </Field>
      {storeKinds[kind]?.fields.includes('path') && (
        <PathSetting
          description="The root folder of the store, as the Grafana server sees it; empty where there are no check scripts"
          placeholder="/srv/monitor_db"
          path={events.path}
          onChange={(path) => onChange({ path })}
          disabled={disabled}
        />
      )}
      <ZoneSetting
        describe={describeZone}
        zone={events.timezone}
        onChange={(timezone) => onChange({ timezone })}
        disabled={disabled}
      />
    </>
  );
}
