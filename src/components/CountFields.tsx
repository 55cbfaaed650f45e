import { MultiCombobox, Switch } from '@grafana/ui';
import React from 'react';

import type { Dimension } from '../query.gen';
import { hasField, limitProblem, typeOf } from '../query/model';
import { dimensionLabels, shapes } from '../query/shapes';

import { Labelled } from './Labelled';
import { NumberInput } from './NumberInput';
import type { FieldsProps } from './props';

/** How the query counts. */
export function CountFields({ query, apply, type, onCommit }: FieldsProps) {
  if (!hasField(query, 'groupBy')) {
    return null;
  }
  const dimensions = shapes[typeOf(query)].groupBy.map((value) => ({ value, label: dimensionLabels[value] }));
  return (
    <>
      <Labelled label="Group by">
        <MultiCombobox<Dimension>
          options={dimensions}
          value={query.groupBy ?? []}
          onChange={(chosen) => apply({ groupBy: chosen.map(({ value }) => value) })}
          placeholder="Nothing"
          width="auto"
          minWidth={24}
          isClearable
        />
      </Labelled>
      <Labelled label="Instant">
        <Switch
          value={query.instant ?? false}
          onChange={(event) => apply({ instant: event.currentTarget.checked })}
          title="One number for each group over the whole range"
        />
      </Labelled>
      {hasField(query, 'top') && (
        <NumberInput
          label="Largest groups"
          value={query.top}
          placeholder="All"
          problem={limitProblem(query.top)}
          onChange={(top) => type({ top })}
          onCommit={onCommit}
        />
      )}
    </>
  );
}
