import { CoreApp } from '@grafana/data';
import { Stack } from '@grafana/ui';
import React from 'react';

import { change } from '../query/model';
import type { Fields } from '../types';

import { AdHocFields } from './AdHocFields';
import { CountFields } from './CountFields';
import { ExpressionInput, ExpressionOptions } from './ExpressionFields';
import { IntervalInput } from './IntervalInput';
import type { EditorProps } from './props';
import { RowFields } from './RowFields';
import { ScopeFields } from './ScopeFields';
import { ServiceFields } from './ServiceFields';

/** The inputs that the query's type and format have. */
export function QueryFields({ query, datasource, onChange, onRunQuery, app }: EditorProps) {
  const type = (patch: Fields) => onChange(change(query, patch));
  const apply = (patch: Fields) => {
    type(patch);
    onRunQuery();
  };
  const props = { query, apply, type, onCommit: onRunQuery };
  return (
    <Stack direction="column" gap={1}>
      <ScopeFields {...props} datasource={datasource} />
      <ServiceFields {...props} datasource={datasource} />
      <ExpressionInput {...props} />
      <AdHocFields {...props} />
      <Stack gap={2} wrap="wrap">
        <CountFields {...props} />
        <ExpressionOptions {...props} />
        <IntervalInput {...props} />
        <RowFields {...props} canFollow={app !== CoreApp.Explore} />
      </Stack>
    </Stack>
  );
}
