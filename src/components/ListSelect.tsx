import { getTemplateSrv } from '@grafana/runtime';
import { type ComboboxOption, MultiCombobox } from '@grafana/ui';
import React, { useCallback } from 'react';

import type { Option } from '../resources';

import { Labelled } from './Labelled';

interface Props {
  label: string;
  value: string[] | undefined;
  onChange: (value: string[]) => void;
  /** What there is to choose from; template variables are offered too. */
  load: () => Promise<Option[]>;
  placeholder?: string;
}

const variables = (): ComboboxOption[] =>
  getTemplateSrv()
    .getVariables()
    .map(({ name }) => ({ value: `$${name}`, label: `$${name}`, description: 'Template variable' }));

const matches = (option: ComboboxOption, typed: string) =>
  (option.label ?? option.value).toLowerCase().includes(typed.toLowerCase());

/** Several values of a filter: from the store, a template variable, or typed freely. */
export function ListSelect({ label, value = [], onChange, load, placeholder = 'All' }: Props) {
  const options = useCallback(
    async (typed: string) => {
      const found = (await load()).map(({ text, value }) => ({ label: text, value }));
      return [...variables(), ...found].filter((option) => matches(option, typed));
    },
    [load]
  );
  return (
    <Labelled label={label}>
      <MultiCombobox<string>
        options={options}
        value={value}
        onChange={(chosen) => onChange(chosen.map((option) => option.value))}
        placeholder={placeholder}
        width="auto"
        minWidth={24}
        maxWidth={64}
        createCustomValue
        isClearable
      />
    </Labelled>
  );
}
