import { expect } from '@playwright/test';

import { draws } from './dashboard';
import { hasServices, noServices } from './grafana';
import { test } from './session';

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
  const ofMilvus = ['overview', 'requests', 'storage', 'streaming', 'runtime'].map((id) => `milvus-${id}`);
  const ids = ['overview', 'monitors', 'heartbeats', 'logs', 'alarms', ...Object.keys(ofServices), ...ofMilvus];
  expect(found.map(({ uid }) => uid)).toEqual(expect.arrayContaining(ids.map((id) => `heartline-${id}`)));
});
