import type { Dimension, Format, Signal, SplitBy, Status, Type } from '../query.gen';
import type { Fields } from '../types';

export type FieldName = Exclude<keyof Fields, 'format'>;

interface FormatShape {
  label: string;
  description: string;
  fields: readonly FieldName[];
}

/** What a query is about. */
export type Subject = 'scripts' | 'services';

interface TypeShape {
  subject: Subject;
  label: string;
  description: string;
  /** The first format is the default. */
  formats: Partial<Record<Format, FormatShape>>;
  groupBy: readonly Dimension[];
}

const scope = ['directions', 'monitors', 'hosts', 'filters'] as const;
const grouping = ['groupBy', 'instant', 'interval', 'top'] as const;
const ofAlarms = [...scope, 'receivers', 'sendResults', 'text'] as const;
const ofLogs = [...scope, 'levels', 'text'] as const;
const ofSignals = ['services', 'signal', 'stat', 'splitBy', 'lenient'] as const;
const ofExpressions = ['expr', 'legend', 'lenient'] as const;

/** What can be asked: the types, their formats and the fields each has, in the order editors show them. */
export const shapes: Record<Type, TypeShape> = {
  monitors: {
    subject: 'scripts',
    label: 'Monitors',
    description: 'Every check script with its owner, schedule and status',
    groupBy: [],
    formats: {
      table: {
        label: 'Table',
        description: 'One row per monitor',
        fields: [...scope, 'receivers', 'statuses', 'limit'],
      },
    },
  },
  heartbeats: {
    subject: 'scripts',
    label: 'Heartbeats',
    description: 'When check scripts ran, and which are overdue',
    groupBy: ['direction', 'admin', 'monitor', 'host'],
    formats: {
      rows: { label: 'Rows', description: 'One row per heartbeat', fields: [...scope, 'limit'] },
      count: { label: 'Count', description: 'Heartbeats per interval or group', fields: [...scope, ...grouping] },
      status: {
        label: 'Status',
        description: 'Overdue seconds of every monitor at the end of the range; for alerting',
        fields: [...scope, 'statuses', 'limit'],
      },
      timeline: { label: 'Timeline', description: 'How the status changed', fields: [...scope, 'limit'] },
      annotations: {
        label: 'Annotations',
        description: 'One region per gap in which a monitor was late or down',
        fields: [...scope, 'statuses', 'limit'],
      },
    },
  },
  logs: {
    subject: 'scripts',
    label: 'Logs',
    description: 'Log lines of check scripts',
    groupBy: ['level', 'direction', 'admin', 'monitor', 'host'],
    formats: {
      lines: { label: 'Lines', description: 'Log lines', fields: [...ofLogs, 'order', 'limit', 'live'] },
      count: { label: 'Count', description: 'Lines per interval or group', fields: [...ofLogs, ...grouping] },
    },
  },
  alarms: {
    subject: 'scripts',
    label: 'Alarms',
    description: 'Alarms that check scripts raised, and whether they were sent',
    groupBy: ['direction', 'admin', 'monitor', 'host', 'receiver', 'sendResult'],
    formats: {
      rows: { label: 'Rows', description: 'One row per alarm', fields: [...ofAlarms, 'limit'] },
      count: { label: 'Count', description: 'Alarms per interval or group', fields: [...ofAlarms, ...grouping] },
      annotations: { label: 'Annotations', description: 'One event per alarm', fields: [...ofAlarms, 'limit'] },
    },
  },
  signals: {
    subject: 'services',
    label: 'Signals',
    description: 'A figure of services, such as QPS or latency, whatever they are read from',
    groupBy: [],
    formats: {
      series: { label: 'Series', description: 'The signal over time', fields: [...ofSignals, 'interval'] },
      instant: {
        label: 'Instant',
        description: 'One number for each service over the whole range; for alerting and tables',
        fields: ofSignals,
      },
      heatmap: {
        label: 'Heatmap',
        description: 'Requests by how long they took',
        fields: ['services', 'interval', 'lenient'],
      },
    },
  },
  live: {
    subject: 'services',
    label: 'Live',
    description: 'A figure of running apps, a point each second',
    groupBy: [],
    formats: {
      stream: { label: 'Stream', description: 'A point each second', fields: ['services', 'signal', 'stat'] },
    },
  },
  promql: {
    subject: 'services',
    label: 'PromQL',
    description: 'An expression in the language of the Prometheus in the settings, for what signals do not tell',
    groupBy: [],
    formats: {
      series: { label: 'Series', description: 'The expression over time', fields: [...ofExpressions, 'interval'] },
      instant: {
        label: 'Instant',
        description: 'One number for each label set at the end of the range; for alerting',
        fields: ofExpressions,
      },
      table: {
        label: 'Table',
        description: 'A row for each label set at the end of the range',
        fields: ofExpressions,
      },
    },
  },
  report: {
    subject: 'services',
    label: 'Report',
    description: 'Figures, grades and advice on the performance of services over the range',
    groupBy: [],
    formats: {
      table: { label: 'Table', description: 'A row for each figure', fields: ['services'] },
      markdown: { label: 'Markdown', description: 'A text for each service', fields: ['services'] },
    },
  },
};

export const types = Object.keys(shapes) as Type[];
export const subjectLabels: Record<Subject, string> = { scripts: 'Check scripts', services: 'Services' };
export const statuses: Status[] = ['new', 'ok', 'late', 'down'];
export const sendResults = ['PASSED', 'FAILED'];
/** Signals that cannot be streamed: a stream that goes on says them. */
export const notStreamed: readonly Signal[] = ['age', 'up'];
/** The formats that an alert rule can judge. */
export const alertFormats: readonly Format[] = ['status', 'count', 'instant', 'series'];

/** The fields a reader of the model may find in any query. */
export const allFields: readonly FieldName[] = [
  ...new Set(types.flatMap((type) => Object.values(shapes[type].formats).flatMap((format) => format.fields))),
];

export const dimensionLabels: Record<Dimension, string> = {
  direction: 'Direction',
  admin: 'Admin',
  monitor: 'Monitor',
  host: 'Host',
  level: 'Level',
  receiver: 'Receiver',
  sendResult: 'Send result',
};

export const splitLabels: Record<SplitBy, string> = {
  operation: 'Operation',
  status: 'Status',
  database: 'Database',
  collection: 'Collection',
  role: 'Role',
  state: 'State',
  queueType: 'Queue',
};

export const isType = (value: string | undefined): value is Type => value !== undefined && value in shapes;

export const typesOf = (subject: Subject): Type[] => types.filter((type) => shapes[type].subject === subject);

export const formatsOf = (type: Type): Format[] => Object.keys(shapes[type].formats) as Format[];

export const defaultFormat = (type: Type): Format => formatsOf(type)[0];

/** The fields of a format; an unknown format has those of the default, so that the back end can name the error. */
export function fieldsOf(type: Type, format: Format | undefined): readonly FieldName[] {
  const { formats } = shapes[type];
  return (format && formats[format]?.fields) ?? formats[defaultFormat(type)]?.fields ?? [];
}
