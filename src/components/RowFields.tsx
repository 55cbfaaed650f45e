import { RadioButtonGroup, Switch } from '@grafana/ui';
import React from 'react';

import { DefaultLimit, type Order } from '../query.gen';
import { hasField, limitProblem } from '../query/model';

import { Labelled } from './Labelled';
import { NumberInput } from './NumberInput';
import type { FieldsProps } from './props';

const orders: Array<{ value: Order; label: string }> = [
  { value: 'newest', label: 'Newest first' },
  { value: 'oldest', label: 'Oldest first' },
];

interface Props extends FieldsProps {
  canFollow: boolean;
}

/** How many rows, from which end, and whether new ones are followed. */
export function RowFields({ query, apply, type, onCommit, canFollow }: Props) {
  return (
    <>
      {hasField(query, 'order') && (
        <Labelled label="Order">
          <RadioButtonGroup<Order>
            aria-label="Order"
            options={orders}
            value={query.order ?? 'newest'}
            onChange={(order) => apply({ order })}
          />
        </Labelled>
      )}
      {hasField(query, 'limit') && (
        <NumberInput
          label="Limit"
          value={query.limit}
          placeholder={String(DefaultLimit)}
          problem={limitProblem(query.limit)}
          onChange={(limit) => type({ limit })}
          onCommit={onCommit}
        />
      )}
      {canFollow && hasField(query, 'live') && (
        <Labelled label="Live">
          <Switch
            value={query.live ?? false}
            onChange={(event) => apply({ live: event.currentTarget.checked })}
            title="Follow new lines as they are written"
          />
        </Labelled>
      )}
    </>
  );
}
