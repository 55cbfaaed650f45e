import type { EventSettings } from './types';

export type EventField = 'path';

interface StoreKind {
  label: string;
  description: string;
  fields: readonly EventField[];
}

/** The stores that check scripts write to. A new one is an entry here, and an input for each new field. */
export const storeKinds: Record<string, StoreKind> = {
  filetree: {
    label: 'File tree',
    description: 'Folders <direction>/<monitor>/{heartbeat,log,alarm}, one file a day',
    fields: ['path'],
  },
};

export const defaultKind = 'filetree';
export const defaultZone = 'UTC';
export const defaultLevels = ['Debug', 'Info', 'Warning', 'Error', 'Fatal'];

const duration = /^(\d+(\.\d+)?[smh])+$/;

export const graceProblem = (grace = ''): string | undefined =>
  grace === '' || duration.test(grace) ? undefined : 'Write a duration such as 90s, 5m or 1h30m';

export const pathProblem = (path = ''): string | undefined =>
  path === '' || /^(\/|[A-Za-z]:[\\/])/.test(path) ? undefined : 'Write the whole path, from the root';

/** The settings without what is empty. */
export const withEvents = (events: EventSettings | undefined, patch: EventSettings): EventSettings => ({
  kind: defaultKind,
  ...Object.fromEntries(
    Object.entries({ ...events, ...patch }).filter(([, value]) => value !== '' && value !== undefined && value?.length)
  ),
});
