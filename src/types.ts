import type { DataSourceJsonData, DataSourceSettings } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';

import type { Alarms, Heartbeats, Kind, Live, Logs, Monitors, PromQL, Report, Signals, Type } from './query.gen';

/** Every field of the query model; which of them a query has is said in query/shapes. */
export type Fields = Partial<Monitors & Heartbeats & Logs & Alarms & Signals & Live & PromQL & Report>;

export interface HeartlineQuery extends DataQuery, Fields {
  queryType?: Type;
}

/** What the back end lists for editors and variables. */
export type ListKind =
  'directions' | 'monitors' | 'hosts' | 'levels' | 'receivers' | 'statuses' | 'sendResults' | 'services';

/** What a template variable lists. */
export type VariableKind = ListKind | 'labelValues';

export interface VariableQuery extends DataQuery {
  queryType?: never;
  kind: VariableKind;
  directions?: string[];
  monitors?: string[];
  /** Kinds of services; a template variable among them is replaced. */
  kinds?: Kind[];
  /** A label in Prometheus. */
  label?: string;
  /** The series that have it, as a selector in PromQL; empty takes all. */
  metric?: string;
}

export interface EventSettings {
  kind?: string;
  path?: string;
  timezone?: string;
  levels?: string[];
}

export interface MetricsSettings {
  url?: string;
  user?: string;
}

export interface ServiceSettings {
  name: string;
  kind: string;
  selector?: string;
  url?: string;
  user?: string;
  path?: string;
  timezone?: string;
}

export interface HeartlineOptions extends DataSourceJsonData {
  events?: EventSettings;
  heartbeat?: { grace?: string };
  metrics?: MetricsSettings;
  services?: ServiceSettings[];
}

/** Passwords and tokens by the name of the setting. */
export type Secrets = Record<string, string>;

/** A data source as its settings page has it. */
export type Settings = DataSourceSettings<HeartlineOptions, Secrets>;
