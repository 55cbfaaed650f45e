import React, { useState } from 'react';

import { labelProblem } from '../query/promql';
import type { VariableQuery } from '../types';

import { TextInput } from './TextInput';

type Fields = Pick<VariableQuery, 'label' | 'metric'>;

interface Props {
  query: VariableQuery;
  onChange: (patch: Fields) => void;
}

/** Which label of which series. What is half typed is not asked for. */
export function LabelValuesFields({ query, onChange }: Props) {
  const [{ label = '', metric = '' }, setDraft] = useState<Fields>(query);
  const draft = { label: label.trim(), metric: metric.trim() };
  const problem = labelProblem(draft.label);
  const isChanged = draft.label !== (query.label ?? '') || draft.metric !== (query.metric ?? '');
  const commit = () => problem === undefined && isChanged && onChange(draft);
  return (
    <>
      <TextInput
        label="Label"
        value={label}
        placeholder="job"
        problem={problem}
        onChange={(typed) => setDraft({ label: typed, metric })}
        onCommit={commit}
      />
      <TextInput
        label="Of metric"
        value={metric}
        placeholder={'up{job=~"milvus.*"}; all if it is empty'}
        width={48}
        onChange={(typed) => setDraft({ label, metric: typed })}
        onCommit={commit}
      />
    </>
  );
}
