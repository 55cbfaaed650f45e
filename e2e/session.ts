import { test as base } from '@playwright/test';

/** The name and password of who logs in; without a password nobody does. */
export const credentials = {
  username: process.env.GRAFANA_USER ?? 'admin',
  password: process.env.GRAFANA_PASSWORD ?? '',
};

/** Tests that each have a session of their own: one that several share ends when a page of one renews it. */
export const test = base.extend({
  storageState: async ({ playwright, baseURL }, give) => {
    const { username: user, password } = credentials;
    if (!password) {
      return give(undefined);
    }
    const context = await playwright.request.newContext({ baseURL });
    const response = await context.post('/login', { data: { user, password } });
    if (!response.ok()) {
      throw new Error(`login as ${user} failed: ${response.status()} ${await response.text()}`);
    }
    const state = await context.storageState();
    await context.dispose();
    return give(state);
  },
});
