import { CoreApp, type QueryEditorProps } from '@grafana/data';
import { Alert, Stack } from '@grafana/ui';
import React, { useEffect } from 'react';

import type { HeartlineDataSource } from '../datasource';
import { defaultQuery, formatOf } from '../query/model';
import { alertFormats } from '../query/shapes';
import type { HeartlineOptions, HeartlineQuery } from '../types';

import { QueryFields } from './QueryFields';
import { TypeFields } from './TypeFields';

type Props = QueryEditorProps<HeartlineDataSource, HeartlineQuery, HeartlineOptions>;

const canAlert = (query: HeartlineQuery) => alertFormats.includes(formatOf(query));

export function QueryEditor({ query: stored, onChange, onRunQuery, datasource, app }: Props) {
  const query = stored.queryType ? stored : { ...defaultQuery(app), ...stored };
  // What is shown has to be what is stored: an alert rule would be saved without it.
  useEffect(() => {
    if (!stored.queryType) {
      onChange({ ...defaultQuery(app), ...stored });
    }
  }, [stored, onChange, app]);
  const props = { query, onChange, onRunQuery, datasource, app };
  return (
    <Stack direction="column" gap={1}>
      <TypeFields {...props} />
      {app === CoreApp.UnifiedAlerting && !canAlert(query) && (
        <Alert severity="warning" title="An alert rule can judge the formats Status, Count, Instant and Series only" />
      )}
      <QueryFields {...props} />
    </Stack>
  );
}
