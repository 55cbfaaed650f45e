import { Stack } from '@grafana/ui';
import React, { useMemo } from 'react';

import type { HeartlineDataSource } from '../datasource';
import { hasField, typeOf } from '../query/model';
import { textProblem } from '../query/text';
import type { HeartlineQuery, ListKind } from '../types';

import { ListSelect } from './ListSelect';
import type { FieldsProps } from './props';
import { TextInput } from './TextInput';

const lists: ReadonlyArray<{ field: ListKind; label: string }> = [
  { field: 'directions', label: 'Directions' },
  { field: 'monitors', label: 'Monitors' },
  { field: 'hosts', label: 'Hosts' },
  { field: 'levels', label: 'Levels' },
  { field: 'receivers', label: 'Receivers' },
  { field: 'sendResults', label: 'Send results' },
  { field: 'statuses', label: 'Statuses' },
];

const placeholderOf = (query: HeartlineQuery, field: ListKind) =>
  field === 'statuses' && typeOf(query) === 'heartbeats' ? 'late and down' : 'All';

interface Props extends FieldsProps {
  datasource: HeartlineDataSource;
}

/** What the query selects: lists of names, and text. */
export function ScopeFields({ query, datasource, apply, type, onCommit }: Props) {
  const { directions, monitors } = query;
  const load = useMemo(
    () => Object.fromEntries(lists.map(({ field }) => [field, () => datasource.list(field, { directions, monitors })])),
    [datasource, directions, monitors]
  );
  const shown = lists.filter(({ field }) => hasField(query, field));
  if (!shown.length) {
    return null;
  }
  return (
    <Stack gap={2} wrap="wrap">
      {shown.map(({ field, label }) => (
        <ListSelect
          key={field}
          label={label}
          value={query[field]}
          placeholder={placeholderOf(query, field)}
          load={load[field]}
          onChange={(value) => apply({ [field]: value })}
        />
      ))}
      {hasField(query, 'text') && (
        <TextInput
          label="Text"
          value={query.text}
          placeholder="text or /regexp/"
          width={32}
          problem={textProblem(query.text)}
          onChange={(text) => type({ text })}
          onCommit={onCommit}
        />
      )}
    </Stack>
  );
}
