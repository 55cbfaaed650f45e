import { RadioButtonGroup, Stack } from '@grafana/ui';
import React from 'react';

import type { Format, Type } from '../query.gen';
import { change, changeType, formatOf, typeOf } from '../query/model';
import { formatsOf, shapes, type Subject, subjectLabels, typesOf } from '../query/shapes';
import type { HeartlineQuery } from '../types';

import { Labelled } from './Labelled';
import type { EditorProps } from './props';

const subjectOptions = (Object.keys(subjectLabels) as Subject[]).map((subject) => ({
  value: subject,
  label: subjectLabels[subject],
}));

const typeOptions = (subject: Subject) =>
  typesOf(subject).map((type) => ({
    value: type,
    label: shapes[type].label,
    description: shapes[type].description,
  }));

const formatOptions = (type: Type) =>
  formatsOf(type).map((format) => ({ value: format, ...shapes[type].formats[format] }));

export function TypeFields({ query, onChange, onRunQuery }: Omit<EditorProps, 'datasource'>) {
  const type = typeOf(query);
  const { subject } = shapes[type];
  const set = (changed: HeartlineQuery) => {
    onChange(changed);
    onRunQuery();
  };
  return (
    <Stack gap={2} wrap="wrap">
      <Labelled label="Subject">
        <RadioButtonGroup<Subject>
          aria-label="Subject"
          options={subjectOptions}
          value={subject}
          onChange={(chosen) => set(changeType(query, typesOf(chosen)[0]))}
        />
      </Labelled>
      <Labelled label="Query type">
        <RadioButtonGroup<Type>
          aria-label="Query type"
          options={typeOptions(subject)}
          value={type}
          onChange={(value) => set(changeType(query, value))}
        />
      </Labelled>
      {formatsOf(type).length > 1 && (
        <Labelled label="Format">
          <RadioButtonGroup<Format>
            aria-label="Format"
            options={formatOptions(type)}
            value={formatOf(query)}
            onChange={(format) => set(change(query, { format }))}
          />
        </Labelled>
      )}
    </Stack>
  );
}
