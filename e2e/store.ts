import type { APIRequestContext } from '@playwright/test';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { uid } from './grafana';

const root = process.env.E2E_STORE;

export const canWrite = Boolean(root);

/** The time of the store's zone as scripts write it: 2026-03-06 18:30:00. */
const timeIn = (zone: string) => new Date().toLocaleString('sv-SE', { timeZone: zone });

/** Writes a log line as the check script e2e/tail would. */
export async function appendLine(request: APIRequestContext, message: string) {
  const { jsonData } = await (await request.get(`/api/datasources/uid/${uid}`)).json();
  const time = timeIn(jsonData.events.timezone ?? 'UTC');
  const folder = join(root ?? '', 'e2e', 'tail', 'log');
  mkdirSync(folder, { recursive: true });
  const line = JSON.stringify({ time, message_level: 'Info', message });
  appendFileSync(join(folder, time.slice(0, 10).replaceAll('-', '')), `${line}\n`);
}
