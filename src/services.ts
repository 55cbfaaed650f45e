import type { MetricsSettings, ServiceSettings, Settings } from './types';

export type ServiceField = 'selector' | 'url' | 'path';

interface ServiceKind {
  label: string;
  description: string;
  fields: readonly ServiceField[];
  /** How its selector may look. */
  selector?: string;
}

/** What a service is read from. A new kind is an entry here, and an input for each new field. */
export const serviceKinds: Record<string, ServiceKind> = {
  requestlog: {
    label: 'Request log',
    description: 'An SQLite file with a row for each request, as the app writes it',
    fields: ['path'],
  },
  app: { label: 'App', description: 'A running app that serves /api/monitor; it can be watched live', fields: ['url'] },
  go: {
    label: 'Prometheus',
    description: 'An instrumented Go app that Prometheus scrapes',
    fields: ['selector'],
    selector: 'job="orders"',
  },
  milvus: {
    label: 'Milvus',
    description: 'A Milvus that Prometheus scrapes: all its processes together, standalone or a cluster',
    fields: ['selector'],
    selector: 'job=~"milvus.*"',
  },
};

const defaultKind = 'app';

const longestName = 100;

export function nameProblem(services: readonly ServiceSettings[], index: number): string | undefined {
  const { name } = services[index];
  if (name !== '' && services.some((other, i) => i !== index && other.name === name)) {
    return 'Another service has this name';
  }
  if ([...name].length > longestName) {
    return `Use at most ${longestName} characters`;
  }
  if (/[,{}$]/.test(name)) {
    return 'Use none of the characters , { } $';
  }
  return name === name.trim() ? undefined : 'Remove the spaces around the name';
}

export function urlProblem(address = ''): string | undefined {
  if (address === '') {
    return undefined;
  }
  const url = parseUrl(address);
  if (!url?.host || !/^https?:$/.test(url.protocol)) {
    return 'Write http://host:port or https://host';
  }
  if (url.username || url.password) {
    return 'Leave user and password out of the address: they have inputs of their own';
  }
  return /[?#]/.test(address) ? 'Write the address up to the ? or #' : undefined;
}

function parseUrl(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

export function selectorProblem(selector = ''): string | undefined {
  const text = selector.trim();
  if (text === '' || (/(=|!~)/.test(text) && !text.startsWith('{'))) {
    return undefined;
  }
  return 'Write label matchers without braces, such as job="orders"';
}

/** The metrics settings without what is empty. */
export const withMetrics = (
  metrics: MetricsSettings | undefined,
  patch: MetricsSettings
): MetricsSettings | undefined => filled({ ...metrics, ...patch });

function filled<T extends object>(settings: T): T | undefined {
  const entries = Object.entries(settings).filter(([, value]) => value !== '' && value !== undefined);
  return entries.length ? (Object.fromEntries(entries) as T) : undefined;
}

export type SecretKind = 'token' | 'password';

export const secretKey = (name: string, kind: SecretKind) => `services.${name}.${kind}`;

const secretKeys = /^services\.(.*)\.(?:token|password)$/s;

export const hasSecret = ({ secureJsonFields, secureJsonData }: Settings, key: string): boolean =>
  Boolean(secureJsonFields?.[key] || secureJsonData?.[key]);

export const setSecret = (settings: Settings, key: string, value: string): Settings => ({
  ...settings,
  secureJsonData: { ...settings.secureJsonData, [key]: value },
});

/** Forgets a secret: Grafana removes one that is saved empty. */
export const resetSecret = (settings: Settings, key: string): Settings => ({
  ...setSecret(settings, key, ''),
  secureJsonFields: { ...settings.secureJsonFields, [key]: false },
});

/**
 * The settings with other services. Secrets belong to the name of an app: what is stored for one that is gone is removed
 * when the settings are saved, so that the next app of that name does not get it; until then the name can come back.
 */
export function withServices(settings: Settings, services: ServiceSettings[]): Settings {
  const apps = new Set(services.filter(({ kind }) => kind === 'app').map(({ name }) => name));
  const isGone = (key: string) => {
    const name = secretKeys.exec(key)?.[1];
    return name !== undefined && !apps.has(name);
  };
  const { secureJsonFields = {}, secureJsonData = {}, jsonData } = settings;
  const removed = Object.keys(secureJsonFields).filter((key) => secureJsonFields[key] && isGone(key));
  const kept = Object.entries(secureJsonData).filter(([key, value]) =>
    value === '' ? isGone(key) || !secureJsonFields[key] : !isGone(key)
  );
  return {
    ...settings,
    jsonData: { ...jsonData, services: services.length ? services : undefined },
    secureJsonData: { ...Object.fromEntries(kept), ...Object.fromEntries(removed.map((key) => [key, ''])) },
  };
}

export const servicesOf = ({ jsonData }: Settings): ServiceSettings[] => jsonData.services ?? [];

export const addService = (settings: Settings): Settings =>
  withServices(settings, [...servicesOf(settings), { name: '', kind: defaultKind }]);

export const removeService = (settings: Settings, index: number): Settings =>
  withServices(
    settings,
    servicesOf(settings).filter((_, i) => i !== index)
  );

/** The settings with one service changed. Of another kind it keeps its name, and the fields that both kinds have. */
export function changeService(settings: Settings, index: number, patch: Partial<ServiceSettings>): Settings {
  const change = (service: ServiceSettings): ServiceSettings => {
    const { name, kind, ...rest } = { ...service, ...patch };
    return { name, kind, ...filled(kind === service.kind ? rest : shared(service, kind)) };
  };
  const services = servicesOf(settings).map((service, i) => (i === index ? change(service) : service));
  const renamed = patch.name === undefined ? settings : moveSecrets(settings, index, patch.name);
  return withServices(renamed, services);
}

/** The fields of a service that another kind has too. */
const shared = (service: ServiceSettings, kind: string): Partial<ServiceSettings> =>
  Object.fromEntries((serviceKinds[kind]?.fields ?? []).map((field) => [field, service[field]]));

/** What was typed as secret for the service goes with its name; what is stored Grafana does not give back. */
function moveSecrets(settings: Settings, index: number, to: string): Settings {
  const services = servicesOf(settings);
  const from = services[index].name;
  if (services.some(({ name }, i) => i !== index && (name === from || name === to))) {
    return settings;
  }
  const { secureJsonData = {} } = settings;
  const typed = (['token', 'password'] as const).flatMap((kind) => {
    const secret = secureJsonData[secretKey(from, kind)];
    return secret ? [[secretKey(to, kind), secret]] : [];
  });
  return { ...settings, secureJsonData: { ...secureJsonData, ...Object.fromEntries(typed) } };
}
