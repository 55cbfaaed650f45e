import { Stack, Switch } from '@grafana/ui';
import React, { useCallback } from 'react';

import type { HeartlineDataSource } from '../datasource';
import { hasField, typeOf } from '../query/model';

import { Labelled } from './Labelled';
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
      {hasField(query, 'lenient') && Boolean(query.services?.length) && (
        <Labelled label="Lenient">
          <Switch
            value={query.lenient ?? false}
            onChange={(event) => apply({ lenient: event.currentTarget.checked })}
            title="Leave out the services that cannot give the signal, instead of failing"
          />
        </Labelled>
      )}
    </Stack>
  );
}
