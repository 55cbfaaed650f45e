import { expect, type Page, test } from '@playwright/test';

import { hasServices, noServices, watchQueries } from './grafana';

async function draws(page: Page, id: string, title: string, from: string) {
  const queries = watchQueries(page);
  await page.goto(`/d/heartline-${id}?from=${from}&to=now`);
  await expect(page.getByText(`Heartline / ${title}`).first()).toBeVisible();
  await expect.poll(queries.count).toBeGreaterThan(0);
  await page.waitForLoadState('networkidle');
  expect(await queries.errors()).toEqual([]);
  await expect(page.getByTestId('data-testid Panel status error')).toHaveCount(0);
  await expect(page.getByText(/Failed to|Error loading/)).toHaveCount(0);
}

for (const name of ['Overview', 'Monitors', 'Heartbeats', 'Logs', 'Alarms']) {
  test(`the dashboard ${name} draws without an error`, async ({ page }) => {
    await draws(page, name.toLowerCase(), name, 'now-7d');
  });
}

const ofServices = { services: 'Services', service: 'Service detail', 'go-runtime': 'Go runtime', live: 'Live' };

for (const [id, title] of Object.entries(ofServices)) {
  test(`the dashboard ${title} draws without an error`, async ({ page, request }) => {
    test.skip(!(await hasServices(request)), noServices);
    await draws(page, id, title, id === 'live' ? 'now-5m' : 'now-1h');
  });
}

test('all dashboards are listed', async ({ request }) => {
  const found: Array<{ uid: string }> = await (await request.get('/api/search?type=dash-db&tag=heartline')).json();
  const ids = ['overview', 'monitors', 'heartbeats', 'logs', 'alarms', ...Object.keys(ofServices)];
  expect(found.map(({ uid }) => uid)).toEqual(expect.arrayContaining(ids.map((id) => `heartline-${id}`)));
});
