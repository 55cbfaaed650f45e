import { defineConfig } from '@playwright/test';

import { credentials } from './session';

/*
 * GRAFANA_URL       the Grafana to click through; it has the plugin, and what provisioning/ holds
 * GRAFANA_USER      who logs in, admin if it is not set
 * GRAFANA_PASSWORD  if it is not set, nobody logs in: anonymous visitors have to be administrators then
 * CHROMIUM_PATH     the browser, /usr/bin/chromium if it is not set
 * E2E_STORE         the store of the data source as this machine sees it; if it is set, a monitor e2e/tail is
 *                   written into it, to see that new lines are followed
 * E2E_APP           the address of an instrumented app as Grafana sees it, such as http://127.0.0.1:8080; if it is
 *                   not set, nothing that needs a running app is tested
 * E2E_LEAK          if it is set, the data source has the demo's service (heartline-checkout, quickest with -begin
 *                   leak), and its leak is waited for: up to half an hour
 * E2E_MILVUS        the address of the stand-in for Milvus that the data source's Prometheus scrapes, as this machine
 *                   sees it; if it is set, it is told to deny writes, and the alert is waited for: up to a quarter of
 *                   an hour
 */
export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  forbidOnly: true,
  projects: [
    { name: 'grafana', testIgnore: 'leak.spec.ts' },
    // Last, because it takes longer than a session.
    { name: 'leak', testMatch: 'leak.spec.ts', dependencies: ['grafana'] },
  ],
  use: {
    baseURL: process.env.GRAFANA_URL,
    // A session is good for ten minutes, and only a page renews it.
    httpCredentials: credentials.password ? { ...credentials, send: 'always' } : undefined,
    // High enough that every panel of a dashboard is in view, and so is drawn.
    viewport: { width: 1600, height: 3200 },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    },
  },
});
