import { InternalTimeZones } from '@grafana/data';
import { Field, TimeZonePicker } from '@grafana/ui';
import React, { useId } from 'react';

import { defaultZone } from '../settings';

interface Props {
  /** Whose times they are, and why they do not say it. */
  describe: (zone: string) => string;
  zone: string | undefined;
  onChange: (zone: string) => void;
  disabled: boolean;
}

const internalZones = [InternalTimeZones.utc];

// Not a Combobox: on Grafana's settings page its change handler is called without an end (12.4).
export function ZoneSetting({ describe, zone = defaultZone, onChange, disabled }: Props) {
  const id = useId();
  return (
    <Field label="Time zone" description={describe(zone)} disabled={disabled}>
      <TimeZonePicker
        inputId={id}
        value={zone.toLowerCase() === 'utc' ? InternalTimeZones.utc : zone}
        includeInternal={internalZones}
        width={60}
        onChange={(value = defaultZone) => onChange(value === InternalTimeZones.utc ? defaultZone : value)}
      />
    </Field>
  );
}
