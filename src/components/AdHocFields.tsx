import { Button, Stack, Text } from '@grafana/ui';
import React from 'react';

import { filterLabel } from '../query/filters';

import type { FieldsProps } from './props';

/** The filters that were picked in log lines. They are added there; here they are seen and removed. */
export function AdHocFields({ query: { filters = [] }, apply }: FieldsProps) {
  if (!filters.length) {
    return null;
  }
  return (
    <Stack gap={1} wrap="wrap" alignItems="center">
      <Text variant="bodySmall">Filters</Text>
      {filters.map((filter) => (
        <Button
          key={filterLabel(filter)}
          size="sm"
          variant="secondary"
          icon="times"
          aria-label={`Remove filter ${filterLabel(filter)}`}
          onClick={() => apply({ filters: filters.filter((other) => other !== filter) })}
        >
          {filterLabel(filter)}
        </Button>
      ))}
    </Stack>
  );
}
