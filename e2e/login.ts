import { type FullConfig, request } from '@playwright/test';

import { cookies } from './cookies';

export default async function login({ projects: [project] }: FullConfig) {
  const { GRAFANA_USER: user = 'admin', GRAFANA_PASSWORD: password } = process.env;
  if (!password) {
    return;
  }
  const context = await request.newContext({ baseURL: project.use.baseURL });
  const response = await context.post('/login', { data: { user, password } });
  if (!response.ok()) {
    throw new Error(`login as ${user} failed: ${response.status()} ${await response.text()}`);
  }
  await context.storageState({ path: cookies });
  await context.dispose();
}
