import {
  type DataQueryRequest,
  type DataSourceInstanceSettings,
  dateTime,
  PluginType,
  type ScopedVars,
} from '@grafana/data';
import { type BackendSrv, setBackendSrv, setTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { of } from 'rxjs';

import { HeartlineDataSource } from '../datasource';
import type { Option } from '../resources';
import type { HeartlineOptions, HeartlineQuery } from '../types';

type Values = Record<string, string | string[]>;
type Format = string | ((value: string | string[], variable: { multi: boolean }) => string) | undefined;

const reference = /\$\{(\w+)\}|\$(\w+)/g;

function render(value: string | string[], format: Format): string {
  if (typeof format === 'function') {
    return format(value, { multi: Array.isArray(value) });
  }
  const values = [value].flat();
  if (format === 'regex') {
    const escaped = values.map((text) => text.replace(/[.*+?]/g, '\\$&'));
    return escaped.length > 1 ? `(${escaped.join('|')})` : escaped[0];
  }
  return values.length > 1 ? `{${values.join(',')}}` : values[0];
}

/** Grafana's template service with these variables; an unknown variable stays as it is written. */
export function fakeVariables(values: Values): TemplateSrv {
  const srv = {
    getVariables: () => Object.keys(values).map((name) => ({ name })),
    replace: (text = '', vars: ScopedVars = {}, format?: Format) =>
      text.replace(reference, (written, braced?: string, bare?: string) => {
        const name = braced ?? bare ?? '';
        const value = vars[name]?.value ?? values[name];
        return value === undefined ? written : render(value, format);
      }),
  };
  setTemplateSrv(srv as unknown as TemplateSrv);
  return srv as unknown as TemplateSrv;
}

interface Call {
  url: string;
  params?: Record<string, string | string[]>;
  data?: { queries: HeartlineQuery[]; from: string; to: string };
}

/** Grafana's back end: it answers resources and queries, and keeps what it was asked. */
export function fakeBackend(resources: Record<string, object[]>, results: Record<string, unknown> = {}): Call[] {
  const calls: Call[] = [];
  const fetch = (call: Call) => {
    calls.push(call);
    const name = call.url.split('/resources/')[1];
    return of({ data: name ? (resources[name] ?? []) : { results } });
  };
  setBackendSrv({ fetch } as unknown as BackendSrv);
  return calls;
}

export const options = (...names: string[]): Option[] => names.map((name) => ({ text: name, value: name }));

export function makeDataSource(): HeartlineDataSource {
  const settings: Partial<DataSourceInstanceSettings<HeartlineOptions>> = {
    uid: 'heart',
    type: 'heartline-monitor-datasource',
    name: 'Heartline',
    jsonData: {},
    meta: {
      id: 'heartline-monitor-datasource',
      name: 'Heartline',
      type: PluginType.datasource,
      module: '',
      baseUrl: '',
      info: {
        author: { name: '' },
        description: '',
        links: [],
        logos: { small: '', large: '' },
        screenshots: [],
        updated: '',
        version: '',
      },
    },
  };
  return new HeartlineDataSource(settings as DataSourceInstanceSettings<HeartlineOptions>);
}

export const logs = (more: Partial<HeartlineQuery> = {}): HeartlineQuery => ({
  refId: 'A',
  queryType: 'logs',
  format: 'lines',
  ...more,
});

export function request(
  targets: HeartlineQuery[],
  more: Partial<DataQueryRequest<HeartlineQuery>> = {}
): DataQueryRequest<HeartlineQuery> {
  const range = { from: dateTime('2026-03-06T10:00:00Z'), to: dateTime('2026-03-06T11:00:00Z') };
  return {
    requestId: 'Q1',
    range: { ...range, raw: { from: 'now-1h', to: 'now' } },
    rangeRaw: { from: 'now-1h', to: 'now' },
    interval: '1m',
    intervalMs: 60_000,
    scopedVars: {},
    startTime: 0,
    timezone: 'utc',
    app: 'dashboard',
    targets,
    ...more,
  };
}
