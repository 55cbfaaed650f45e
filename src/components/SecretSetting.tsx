import { Field, Input, SecretInput } from '@grafana/ui';
import React, { useId } from 'react';

import { resetSecret, setSecret } from '../services';
import type { Settings } from '../types';

interface Props {
  label: string;
  /** The name under which Grafana keeps the secret. */
  name: string;
  settings: Settings;
  onChange: (settings: Settings) => void;
  disabled: boolean;
}

/** A secret: it can be written and replaced, not read. */
export function SecretSetting({ label, name, settings, onChange, disabled }: Props) {
  const id = useId();
  const isConfigured = Boolean(settings.secureJsonFields?.[name]);
  // SecretInput could still be reset where it is disabled (12.4).
  if (disabled) {
    return (
      <Field label={label} required disabled>
        <Input id={id} value={isConfigured ? 'configured' : ''} width={60} readOnly />
      </Field>
    );
  }
  return (
    <Field label={label} required>
      <SecretInput
        id={id}
        value={settings.secureJsonData?.[name] ?? ''}
        isConfigured={isConfigured}
        width={60}
        autoComplete="new-password"
        onChange={(event) => onChange(setSecret(settings, name, event.currentTarget.value))}
        onReset={() => onChange(resetSecret(settings, name))}
      />
    </Field>
  );
}
