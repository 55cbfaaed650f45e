import React from 'react';

import { hasField, intervalProblem, typeOf } from '../query/model';

import type { FieldsProps } from './props';
import { TextInput } from './TextInput';

/** The distance of two points in time; in an expression it is the least one. */
export function IntervalInput({ query, type, onCommit }: FieldsProps) {
  if (!hasField(query, 'interval')) {
    return null;
  }
  return (
    <TextInput
      label={typeOf(query) === 'promql' ? 'Min step' : 'Interval'}
      value={query.interval}
      placeholder="auto"
      width={16}
      problem={intervalProblem(query.interval)}
      onChange={(interval) => type({ interval })}
      onCommit={onCommit}
    />
  );
}
