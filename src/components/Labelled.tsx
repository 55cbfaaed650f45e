import { Field } from '@grafana/ui';
import React, { cloneElement, type ReactElement, useId } from 'react';

interface Props {
  label: string;
  description?: string;
  problem?: string;
  children: ReactElement<Record<string, unknown>>;
}

/** One input of a query editor with a label that belongs to it. */
export function Labelled({ label, description, problem, children }: Props) {
  const id = useId();
  return (
    <Field
      label={label}
      description={description}
      invalid={problem !== undefined}
      error={problem}
      htmlFor={id}
      noMargin
    >
      {cloneElement(children, { id })}
    </Field>
  );
}
