import type { DataSourceJsonData } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';

import type { Alarms, Heartbeats, Logs, Monitors, Type } from './query.gen';

/** Every field of the query model; which of them a query has is said in query/shapes. */
export type Fields = Partial<Monitors & Heartbeats & Logs & Alarms>;

export interface HeartlineQuery extends DataQuery, Fields {
  queryType?: Type;
}

/** What a template variable lists. */
export type VariableKind = 'directions' | 'monitors' | 'hosts' | 'levels' | 'receivers' | 'statuses' | 'sendResults';

export interface VariableQuery extends DataQuery {
  queryType?: never;
  kind: VariableKind;
  directions?: string[];
  monitors?: string[];
}

export interface EventSettings {
  kind?: string;
  path?: string;
  timezone?: string;
  levels?: string[];
}

export interface HeartlineOptions extends DataSourceJsonData {
  events?: EventSettings;
  heartbeat?: { grace?: string };
}
