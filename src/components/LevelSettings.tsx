import { CollapsableSection, Field, TagsInput } from '@grafana/ui';
import React, { useId, useState } from 'react';

import { defaultLevels } from '../settings';

import type { EventSettingsProps } from './StoreSettings';

/** The log levels that scripts may write; few stores have other than the usual ones. */
export function LevelSettings({ events, onChange, disabled }: EventSettingsProps) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  return (
    <CollapsableSection label="Advanced" isOpen={isOpen} onToggle={setOpen}>
      <Field
        label="Log levels"
        description="From the least to the most severe; empty for Debug, Info, Warning, Error and Fatal"
        disabled={disabled}
      >
        <TagsInput
          id={id}
          tags={events.levels ?? []}
          placeholder={defaultLevels.join(', ')}
          width={60}
          disabled={disabled}
          onChange={(levels) => onChange({ levels })}
        />
      </Field>
    </CollapsableSection>
  );
}
