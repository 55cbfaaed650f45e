import { Combobox, Stack } from '@grafana/ui';
import React, { useCallback } from 'react';

import type { HeartlineDataSource } from '../datasource';
import type { Kind } from '../query.gen';
import { type Restriction, restrictions } from '../resources';
import { serviceKinds } from '../services';
import type { VariableKind, VariableQuery } from '../types';

import { Labelled } from './Labelled';
import { LabelValuesFields } from './LabelValuesFields';
import { ListSelect } from './ListSelect';

interface Props {
  query: VariableQuery;
  onChange: (query: VariableQuery) => void;
  datasource: HeartlineDataSource;
}

const kinds: Array<{ value: VariableKind; label: string; description: string }> = [
  { value: 'directions', label: 'Directions', description: 'Business areas' },
  { value: 'monitors', label: 'Monitors', description: 'Check scripts, of some directions or all' },
  { value: 'hosts', label: 'Hosts', description: 'Machines that check scripts are started on' },
  { value: 'levels', label: 'Levels', description: 'Log levels' },
  { value: 'receivers', label: 'Receivers', description: 'Whom alarms are sent to' },
  { value: 'statuses', label: 'Statuses', description: 'new, ok, late and down' },
  { value: 'sendResults', label: 'Send results', description: 'PASSED and FAILED' },
  { value: 'services', label: 'Services', description: 'Services of the settings, of some kinds or all' },
  { value: 'labelValues', label: 'Label values', description: 'Values of a label in Prometheus' },
];

/** What each list has beside its kind. */
const fieldsOf = (kind: VariableKind): ReadonlyArray<keyof Restriction | 'label' | 'metric'> =>
  kind === 'labelValues' ? ['label', 'metric'] : (restrictions[kind] ?? []);

const loadKinds = async () => Object.entries(serviceKinds).map(([value, { label }]) => ({ text: label, value }));

const restrict = (query: VariableQuery, kind: VariableKind): VariableQuery => ({
  refId: query.refId,
  kind,
  ...Object.fromEntries(fieldsOf(kind).flatMap((field) => (query[field]?.length ? [[field, query[field]]] : []))),
});

export function VariableQueryEditor({ query, onChange, datasource }: Props) {
  const { kind, directions } = query;
  const fields = fieldsOf(kind);
  const loadDirections = useCallback(() => datasource.list('directions'), [datasource]);
  const loadMonitors = useCallback(() => datasource.list('monitors', { directions }), [datasource, directions]);
  return (
    <Stack gap={2} wrap="wrap">
      <Labelled label="List">
        <Combobox<VariableKind>
          options={kinds}
          value={kind}
          width={32}
          onChange={({ value }) => onChange(restrict(query, value))}
        />
      </Labelled>
      {fields.includes('directions') && (
        <ListSelect
          label="Of directions"
          value={directions}
          load={loadDirections}
          onChange={(value) => onChange(restrict({ ...query, directions: value }, kind))}
        />
      )}
      {fields.includes('monitors') && (
        <ListSelect
          label="Of monitors"
          value={query.monitors}
          load={loadMonitors}
          onChange={(value) => onChange(restrict({ ...query, monitors: value }, kind))}
        />
      )}
      {fields.includes('kinds') && (
        <ListSelect
          label="Of kinds"
          value={query.kinds}
          load={loadKinds}
          onChange={(value) => onChange(restrict({ ...query, kinds: value as Kind[] }, kind))}
        />
      )}
      {kind === 'labelValues' && (
        <LabelValuesFields query={query} onChange={(patch) => onChange(restrict({ ...query, ...patch }, kind))} />
      )}
    </Stack>
  );
}
