import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { FieldSet } from '@grafana/ui';
import React from 'react';

import { withEvents } from '../settings';
import type { EventSettings, HeartlineOptions, Secrets } from '../types';

import { HeartbeatSettings } from './HeartbeatSettings';
import { LevelSettings } from './LevelSettings';
import { PrometheusSettings } from './PrometheusSettings';
import { ServiceList } from './ServiceList';
import { StoreSettings } from './StoreSettings';

type Props = DataSourcePluginOptionsEditorProps<HeartlineOptions, Secrets>;

export function ConfigEditor({ options, onOptionsChange }: Props) {
  const { jsonData, readOnly = false } = options;
  const set = (patch: HeartlineOptions) => onOptionsChange({ ...options, jsonData: { ...jsonData, ...patch } });
  const onEvents = (patch: EventSettings) => set({ events: withEvents(jsonData.events, patch) });
  const onGrace = (grace: string) => set({ heartbeat: grace ? { ...jsonData.heartbeat, grace } : undefined });
  const events = { events: jsonData.events ?? {}, onChange: onEvents, disabled: readOnly };
  const whole = { settings: options, onChange: onOptionsChange, disabled: readOnly };
  return (
    <>
      <FieldSet label="Check scripts">
        <StoreSettings {...events} />
        <LevelSettings {...events} />
      </FieldSet>
      <FieldSet label="Heartbeats">
        <HeartbeatSettings grace={jsonData.heartbeat?.grace} onChange={onGrace} disabled={readOnly} />
      </FieldSet>
      <FieldSet label="Prometheus">
        <PrometheusSettings {...whole} />
      </FieldSet>
      <FieldSet label="Services">
        <ServiceList {...whole} />
      </FieldSet>
    </>
  );
}
