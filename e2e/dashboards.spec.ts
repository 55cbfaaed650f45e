import { expect, test } from '@playwright/test';

import { watchQueries } from './grafana';

for (const name of ['Overview', 'Monitors', 'Heartbeats', 'Logs', 'Alarms']) {
  test(`the dashboard ${name} draws without an error`, async ({ page }) => {
    const queries = watchQueries(page);
    await page.goto(`/d/heartline-${name.toLowerCase()}?from=now-7d&to=now`);
    await expect(page.getByText(`Heartline / ${name}`).first()).toBeVisible();
    await expect.poll(queries.count).toBeGreaterThan(0);
    await page.waitForLoadState('networkidle');
    expect(await queries.errors()).toEqual([]);
    await expect(page.getByTestId('data-testid Panel status error')).toHaveCount(0);
    await expect(page.getByText(/Failed to|Error loading/)).toHaveCount(0);
  });
}
