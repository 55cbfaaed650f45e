import { expect, type Page } from '@playwright/test';

import { explore, saveAndTest, verdict, withDataSource } from './grafana';
import { test } from './session';

const app = process.env.E2E_APP;
const noApp = 'E2E_APP is not set';

const log = { name: 'e2e log', kind: 'requestlog', path: '/no/such/requests.db' };

const signal = (page: Page) => page.getByRole('combobox', { name: 'Signal' });
const isQps = (page: Page) => expect(page.getByRole('button', { name: 'Remove QPS' })).toBeVisible();
/** A radio button lies below its label, which would take the click. */
const choose = (page: Page, name: string) => page.getByRole('radio', { name, exact: true }).check({ force: true });
const service = (page: Page, name: string) => page.getByRole('group', { name, exact: true });

test('an app is added, saved and tested', async ({ page, request }) => {
  test.skip(!app, noApp);
  await withDataSource(request, {}, async (uid) => {
    await page.goto(`/connections/datasources/edit/${uid}`);
    await page.getByRole('button', { name: 'Add service' }).click();
    await service(page, 'Service 1').getByRole('textbox', { name: /^Name/ }).fill('e2e app');
    await page.getByRole('textbox', { name: /^URL/ }).fill(app ?? '');
    await saveAndTest(page).click();
    await expect(verdict(page)).toContainText('services that answer: 1');
    await expect(verdict(page)).toHaveAttribute('role', 'status');
    const { jsonData } = await (await request.get(`/api/datasources/uid/${uid}`)).json();
    expect(jsonData.services).toEqual([{ name: 'e2e app', kind: 'app', url: app }]);
  });
});

test('a token belongs to the name of its service', async ({ page, request }) => {
  const services = [{ name: 'e2e app', kind: 'app', url: 'http://127.0.0.1:9' }];
  await withDataSource(request, { services }, async (uid) => {
    const stored = async () => (await (await request.get(`/api/datasources/uid/${uid}`)).json()).secureJsonFields;
    const save = async () => {
      const saved = page.waitForResponse((response) => response.request().method() === 'PUT');
      await saveAndTest(page).click();
      await saved;
    };
    await page.goto(`/connections/datasources/edit/${uid}`);
    await page.getByRole('button', { name: /^e2e app/ }).click();
    await choose(page, 'Token');
    await page.getByLabel(/^Token \*/).fill('secret');
    await save();
    expect(await stored()).toEqual({ 'services.e2e app.token': true });

    await page.reload();
    await page.getByRole('button', { name: /^e2e app/ }).click();
    await expect(page.getByRole('button', { name: 'Reset' })).toBeVisible();
    await service(page, 'e2e app').getByRole('textbox', { name: /^Name/ }).fill('e2e other');
    await expect(page.getByRole('button', { name: 'Reset' })).toHaveCount(0);
    await save();
    expect(await stored()).toEqual({});
  });
});

test('a signal that a service does not give is greyed out and says why', async ({ page, request }) => {
  await withDataSource(request, { services: [log] }, async (uid) => {
    await page.goto(explore({ queryType: 'signals', format: 'series' }, uid));
    await isQps(page);
    await signal(page).click();
    await signal(page).fill('GC cycles');
    await expect(page.getByRole('option', { name: /^GC cycles/ })).toContainText('Not available: a request log');
    await page.keyboard.press('Enter');
    await isQps(page);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Why some signals are greyed out' }).click();
    await expect(page.getByText(/GC cycles.*Not available: a request log/)).toBeVisible();
  });
});

test('the stats of a signal are offered', async ({ page, request }) => {
  await withDataSource(request, { services: [log] }, async (uid) => {
    await page.goto(explore({ queryType: 'signals', format: 'instant' }, uid));
    await isQps(page);
    await signal(page).click();
    const sent = page.waitForRequest((request) => request.postData()?.includes('"signal":"latency"') ?? false);
    await page.getByRole('option', { name: /^Latency/ }).click();
    await sent;
    const stat = page.waitForRequest((request) => request.postData()?.includes('"stat":"p99"') ?? false);
    await choose(page, 'p99');
    const [query] = (await stat).postDataJSON().queries;
    expect(query).toMatchObject({ queryType: 'signals', format: 'instant', signal: 'latency', stat: 'p99' });
  });
});

test('an expression is sent with its macros, for the back end to fill in', async ({ page }) => {
  await page.goto(explore({ queryType: 'promql', format: 'series' }));
  const sent = page.waitForRequest((request) => request.postData()?.includes('"promql"') ?? false);
  await page.getByRole('textbox', { name: /^Expression/ }).fill('rate(up[$__rate_interval])');
  await page.keyboard.press('Shift+Enter');
  expect((await sent).postDataJSON().queries[0].expr).toBe('rate(up[$__rate_interval])');
});

test('a running app is followed each second', async ({ page, request }) => {
  test.skip(!app, noApp);
  const services = [{ name: 'e2e app', kind: 'app', url: app }];
  await withDataSource(request, { services }, async (uid) => {
    const opened = page.waitForEvent('websocket', (socket) => socket.url().includes('/api/live/ws'));
    await page.goto(explore({ queryType: 'live', format: 'stream', signal: 'goroutines' }, uid));
    const socket = await opened;
    const ofChannel = ({ payload }: { payload: string | Buffer }) => String(payload).includes(`ds/${uid}/`);
    for (let second = 0; second < 3; second++) {
      await socket.waitForEvent('framereceived', ofChannel);
    }
    await expect(page.getByText('e2e app').last()).toBeVisible();
    await expect(page.getByText(/Streaming channel error/)).toHaveCount(0);
  });
});
