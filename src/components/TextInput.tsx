import { Input } from '@grafana/ui';
import React from 'react';

import { Labelled } from './Labelled';

interface Props {
  label: string;
  value: string | undefined;
  onChange: (value: string) => void;
  /** Called when the input is left or Enter is pressed. */
  onCommit: () => void;
  problem?: string;
  placeholder?: string;
  width?: number;
}

export function TextInput({ label, value = '', onChange, onCommit, problem, placeholder, width }: Props) {
  return (
    <Labelled label={label} problem={problem}>
      <Input
        value={value}
        placeholder={placeholder}
        width={width}
        onChange={(event) => onChange(event.currentTarget.value)}
        onBlur={onCommit}
        onKeyDown={(event) => event.key === 'Enter' && onCommit()}
      />
    </Labelled>
  );
}
