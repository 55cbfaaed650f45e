import { Field, Input } from '@grafana/ui';
import React, { type ReactElement, useId } from 'react';

interface Props {
  label: string;
  description?: string;
  value: string | undefined;
  onChange: (value: string) => void;
  problem?: string;
  placeholder?: string;
  required?: boolean;
  disabled: boolean;
}

/** One line of text in the settings. */
export function TextSetting({ value = '', onChange, problem, placeholder, ...field }: Props): ReactElement {
  const id = useId();
  return (
    <Field {...field} invalid={problem !== undefined} error={problem}>
      <Input
        id={id}
        value={value}
        placeholder={placeholder}
        width={60}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </Field>
  );
}
