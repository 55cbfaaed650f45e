import { expect, type Page } from '@playwright/test';

import { watchQueries } from './grafana';

/** Opens a dashboard with all its rows and expects that it draws without an error of a query, a panel or the page. */
export async function draws(page: Page, id: string, title: string, from: string) {
  const queries = watchQueries(page);
  const thrown: string[] = [];
  page.on('pageerror', ({ message }) => thrown.push(message));
  await page.goto(`/d/heartline-${id}?from=${from}&to=now`);
  await expect(page.getByText(`Heartline / ${title}`).first()).toBeVisible();
  await expect.poll(queries.count).toBeGreaterThan(0);
  await openRows(page);
  await page.waitForLoadState('networkidle');
  expect(await queries.errors()).toEqual([]);
  await expect(page.getByTestId('data-testid Panel status error')).toHaveCount(0);
  await expect(page.getByText(/Failed to|Error loading/)).toHaveCount(0);
  expect(thrown).toEqual([]);
}

/** Opens the rows that are folded: their panels ask nothing before. */
async function openRows(page: Page) {
  const folded = page.getByRole('button', { name: 'Expand row' });
  for (let left = await folded.count(); left > 0; left = await folded.count()) {
    await folded.first().click();
    // One that is moved out of view is not counted either.
    await expect.poll(() => folded.count()).toBeLessThan(left);
  }
}
