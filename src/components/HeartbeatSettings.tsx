import React from 'react';

import { graceProblem } from '../settings';

import { TextSetting } from './TextSetting';

interface Props {
  grace: string | undefined;
  onChange: (grace: string) => void;
  disabled: boolean;
}

/** How long after its time a check script is late. */
export function HeartbeatSettings({ grace, ...props }: Props) {
  return (
    <TextSetting
      {...props}
      label="Grace"
      description="How long after its expected time a check script counts as late; empty for a tenth of its period, at least a minute"
      value={grace}
      placeholder="a tenth of the period"
      problem={graceProblem(grace)}
    />
  );
}
