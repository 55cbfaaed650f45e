import type { QueryEditorProps } from '@grafana/data';
import { RadioButtonGroup, Stack } from '@grafana/ui';
import React from 'react';

import type { HeartlineDataSource } from '../datasource';
import { type Annotated, annotated, annotatedBy, asAnnotation } from '../query/annotation';
import { changeType } from '../query/model';
import type { HeartlineOptions, HeartlineQuery } from '../types';

import { Labelled } from './Labelled';
import { QueryFields } from './QueryFields';

type Props = QueryEditorProps<HeartlineDataSource, HeartlineQuery, HeartlineOptions>;

const labels: Record<Annotated, { label: string; description: string }> = {
  alarms: { label: 'Alarms', description: 'A mark for each alarm' },
  heartbeats: {
    label: 'Heartbeat gaps',
    description: 'A region for each time in which a monitor was late or down',
  },
};

const options = annotated.map((value) => ({ value, ...labels[value] }));

/** Alarms or gaps of heartbeats, and their filters; the format is given. */
export function AnnotationQueryEditor({ query: stored, ...props }: Props) {
  const query = asAnnotation(stored);
  const show = (type: Annotated) => {
    props.onChange(asAnnotation(changeType(query, type)));
    props.onRunQuery();
  };
  return (
    <Stack direction="column" gap={1}>
      <Labelled label="Show">
        <RadioButtonGroup<Annotated> aria-label="Show" options={options} value={annotatedBy(query)} onChange={show} />
      </Labelled>
      <QueryFields query={query} {...props} />
    </Stack>
  );
}
