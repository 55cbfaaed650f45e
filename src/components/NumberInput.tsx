import { Input } from '@grafana/ui';
import React from 'react';

import { MaxLimit } from '../query.gen';

import { Labelled } from './Labelled';

interface Props {
  label: string;
  value: number | undefined;
  onChange: (value: number | undefined) => void;
  /** Called when the input is left or Enter is pressed. */
  onCommit: () => void;
  problem?: string;
  placeholder?: string;
}

const parse = (text: string) => (text === '' ? undefined : Number(text));

export function NumberInput({ label, value, onChange, onCommit, problem, placeholder }: Props) {
  return (
    <Labelled label={label} problem={problem}>
      <Input
        type="number"
        min={1}
        max={MaxLimit}
        value={value ?? ''}
        placeholder={placeholder}
        width={16}
        onChange={(event) => onChange(parse(event.currentTarget.value))}
        onBlur={onCommit}
        onKeyDown={(event) => event.key === 'Enter' && onCommit()}
      />
    </Labelled>
  );
}
