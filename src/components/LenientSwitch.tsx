import { Switch } from '@grafana/ui';
import React from 'react';

import { hasField } from '../query/model';

import { Labelled } from './Labelled';
import type { FieldsProps } from './props';

interface Props extends Pick<FieldsProps, 'query' | 'apply'> {
  /** What is answered instead of an error. */
  title: string;
}

/** Whether the query bears that what it asks does not exist here. */
export function LenientSwitch({ query, apply, title }: Props) {
  if (!hasField(query, 'lenient')) {
    return null;
  }
  return (
    <Labelled label="Lenient">
      <Switch
        value={query.lenient ?? false}
        onChange={(event) => apply({ lenient: event.currentTarget.checked })}
        title={title}
      />
    </Labelled>
  );
}
