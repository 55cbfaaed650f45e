import { InternalTimeZones } from '@grafana/data';
import { Field, Input, RadioButtonGroup, TimeZonePicker } from '@grafana/ui';
import React, { useId } from 'react';

import { defaultKind, defaultZone, pathProblem, storeKinds } from '../settings';
import type { EventSettings } from '../types';

import { AllowedPaths } from './AllowedPaths';

export interface EventSettingsProps {
  events: EventSettings;
  onChange: (patch: EventSettings) => void;
  disabled: boolean;
}

const internalZones = [InternalTimeZones.utc];

const kindOptions = Object.entries(storeKinds).map(([value, { label, description }]) => ({
  value,
  label,
  description,
}));

/** Where check scripts write, and in which time zone. */
export function StoreSettings(props: EventSettingsProps) {
  const { events, onChange, disabled } = props;
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
      {storeKinds[kind]?.fields.includes('path') && <PathField {...props} />}
      <ZoneField {...props} />
    </>
  );
}

function PathField({ events, onChange, disabled }: EventSettingsProps) {
  const id = useId();
  const problem = pathProblem(events.path);
  return (
    <>
      <Field
        label="Path"
        description="The root folder of the store, as the Grafana server sees it"
        required
        disabled={disabled}
        invalid={problem !== undefined}
        error={problem}
      >
        <Input
          id={id}
          value={events.path ?? ''}
          placeholder="/srv/monitor_db"
          width={60}
          onChange={(event) => onChange({ path: event.currentTarget.value })}
        />
      </Field>
      <AllowedPaths path={events.path} />
    </>
  );
}

// Not a Combobox: on Grafana's settings page its change handler is called without an end (12.4).
function ZoneField({ events, onChange, disabled }: EventSettingsProps) {
  const id = useId();
  const zone = events.timezone ?? defaultZone;
  return (
    <Field
      label="Time zone"
      description={`The zone the check scripts write in, now ${zone}; times in the store do not say it`}
      disabled={disabled}
    >
      <TimeZonePicker
        inputId={id}
        value={zone.toLowerCase() === 'utc' ? InternalTimeZones.utc : zone}
        includeInternal={internalZones}
        width={60}
        onChange={(value) => onChange({ timezone: value === InternalTimeZones.utc ? defaultZone : value })}
      />
    </Field>
  );
}
