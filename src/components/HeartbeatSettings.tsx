import { Field, Input } from '@grafana/ui';
import React, { useId } from 'react';

import { graceProblem } from '../settings';

interface Props {
  grace: string | undefined;
  onChange: (grace: string) => void;
  disabled: boolean;
}

/** How long after its time a check script is late. */
export function HeartbeatSettings({ grace, onChange, disabled }: Props) {
  const id = useId();
  const problem = graceProblem(grace);
  return (
    <Field
      label="Grace"
      description="How long after its expected time a check script counts as late; empty for a tenth of its period, at least a minute"
      disabled={disabled}
      invalid={problem !== undefined}
      error={problem}
    >
      <Input
        id={id}
        value={grace ?? ''}
        placeholder="a tenth of the period"
        width={60}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </Field>
  );
}
