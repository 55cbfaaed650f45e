import { Stack } from '@grafana/ui';
import React, { useCallback } from 'react';

import type { HeartlineDataSource } from '../datasource';
import { hasField, typeOf } from '../query/model';

import { LenientSwitch } from './LenientSwitch';
import { ListSelect } from './ListSelect';
import type { FieldsProps } from './props';
import { SignalFields } from './SignalFields';

interface Props extends FieldsProps {
  datasource: HeartlineDataSource;
}

/** Which services, and what of them. */
export function ServiceFields(props: Props) {
  const { query, apply, datasource } = props;
  const isLive = typeOf(query) === 'live';
  const load = useCallback(() => datasource.list('services', isLive ? { kinds: ['app'] } : {}), [datasource, isLive]);
  if (!hasField(query, 'services')) {
    return null;
  }
  return (
    <Stack gap={2} wrap="wrap">
      <ListSelect
        label="Services"
        value={query.services}
        placeholder={isLive ? 'All that stream' : 'All'}
        load={load}
        onChange={(services) => apply({ services })}
      />
      {hasField(query, 'signal') && <SignalFields {...props} />}
      {Boolean(query.services?.length) && (
        <LenientSwitch
          query={query}
          apply={apply}
          title="Leave out the services that cannot give the signal, instead of failing"
        />
      )}
    </Stack>
  );
}
