import { expect, type Page } from '@playwright/test';

import { explore, watchQueries } from './grafana';
import { test } from './session';
import { appendLine, canWrite } from './store';

const lines = { queryType: 'logs', format: 'lines' };

const live = (page: Page) => page.getByTestId('data-testid explore-toolbar-live-button');

test('shows log lines and their volume by level', async ({ page }) => {
  const queries = watchQueries(page);
  await page.goto(explore(lines));
  await expect(page.getByText('Logs volume', { exact: true })).toBeVisible();
  await expect.poll(() => queries.answerTo('A')?.frames).toBeTruthy();
  await expect.poll(() => queries.answerTo('log-volume-A')?.frames).toBeTruthy();
  await expect(page.getByText('No logs found')).toHaveCount(0);
  expect(await queries.errors()).toEqual([]);
});

test('changes the query by the keyboard and sends only what belongs to it', async ({ page }) => {
  const queries = watchQueries(page);
  await page.goto(explore(lines));
  await expect.poll(queries.count).toBeGreaterThan(0);
  const sent = page.waitForRequest((request) => request.postData()?.includes('"queryType":"alarms"') ?? false);
  await page.getByRole('radiogroup', { name: 'Query type' }).getByRole('radio', { name: 'Logs' }).focus();
  await page.keyboard.press('ArrowRight');
  const [query] = (await sent).postDataJSON().queries;
  expect(query).toMatchObject({ queryType: 'alarms', format: 'rows' });
  expect(await queries.errors()).toEqual([]);
});

test('goes live', async ({ page }) => {
  const socket = page.waitForEvent('websocket', (opened) => opened.url().includes('/api/live/ws'));
  await page.goto(explore(lines));
  await live(page).click();
  const subscribed = (await socket).waitForEvent('framesent', ({ payload }) =>
    /subscribe.*ds\/heartline/.test(String(payload))
  );
  await expect(live(page)).toBeVisible();
  await subscribed;
});

test('follows new lines', async ({ page, request }) => {
  test.skip(!canWrite, 'E2E_STORE is not set');
  await page.goto(explore({ ...lines, directions: ['e2e'] }));
  await appendLine(request, 'before live');
  await live(page).click();
  for (const text of ['first live line', 'second live line']) {
    const message = `${text} ${Date.now()}`;
    await page.waitForTimeout(2_000);
    await appendLine(request, message);
    await expect(page.getByText(message)).toBeVisible();
  }
});
