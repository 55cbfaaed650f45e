import { Field, RadioButtonGroup } from '@grafana/ui';
import React, { useId, useState } from 'react';

import { hasSecret, resetSecret } from '../services';
import type { Settings } from '../types';

import { SecretSetting } from './SecretSetting';
import { TextSetting } from './TextSetting';

type Method = 'none' | 'basic' | 'token';

const methods: Array<{ value: Method; label: string; description: string }> = [
  { value: 'none', label: 'None', description: 'Everybody may read it' },
  { value: 'basic', label: 'User', description: 'User and password (basic authentication)' },
  { value: 'token', label: 'Token', description: 'Bearer token' },
];

interface Props {
  user: string | undefined;
  /** The settings with another user. */
  withUser: (settings: Settings, user: string) => Settings;
  passwordName: string;
  tokenName: string;
  settings: Settings;
  onChange: (settings: Settings) => void;
  disabled: boolean;
}

/** How Grafana's server proves to an address that it may read it. */
export function CredentialSettings({ user = '', withUser, passwordName, tokenName, ...props }: Props) {
  const { settings, onChange, disabled } = props;
  const id = useId();
  const isBasic = user !== '' || hasSecret(settings, passwordName);
  const set = isBasic ? 'basic' : hasSecret(settings, tokenName) ? 'token' : 'none';
  const [chosen, setChosen] = useState<Method>(set);
  const method = set === 'none' ? chosen : set;

  const forget = (from: Settings, name: string) => (hasSecret(from, name) ? resetSecret(from, name) : from);
  const choose = (value: Method) => {
    setChosen(value);
    const tokenKept = value === 'token' ? settings : forget(settings, tokenName);
    onChange(value === 'basic' ? tokenKept : forget(withUser(tokenKept, ''), passwordName));
  };

  return (
    <>
      <Field label="Authentication" disabled={disabled}>
        <RadioButtonGroup<Method>
          id={id}
          aria-label="Authentication"
          options={methods}
          value={method}
          disabled={disabled}
          onChange={choose}
        />
      </Field>
      {method === 'basic' && (
        <>
          <TextSetting
            label="User"
            value={user}
            required
            disabled={disabled}
            onChange={(value) => onChange(withUser(settings, value))}
          />
          <SecretSetting {...props} label="Password" name={passwordName} />
        </>
      )}
      {method === 'token' && <SecretSetting {...props} label="Token" name={tokenName} />}
    </>
  );
}
