import { expect } from '@playwright/test';

import { saveAndTest, uid, verdict, withDataSource } from './grafana';
import { test } from './session';

test('the provisioned data source saves and tests', async ({ page }) => {
  await page.goto(`/connections/datasources/edit/${uid}`);
  await expect(page.getByRole('radio', { name: 'File tree' })).toBeChecked();
  await expect(page.getByText(/The zone the check scripts write in, now \S+;/)).toBeVisible();
  await saveAndTest(page).click();
  await expect(verdict(page)).toContainText(/check scripts:/);
  await expect(verdict(page)).toHaveAttribute('role', 'status');
});

test('a path that is not allowed is refused by name', async ({ page, request }) => {
  await withDataSource(request, {}, async (own) => {
    await page.goto(`/connections/datasources/edit/${own}`);
    await page.getByRole('textbox', { name: /^Path/ }).fill('/no/such/store');
    await page.getByRole('combobox', { name: /^Time zone/ }).click();
    await page.keyboard.type('Shanghai');
    await page.getByText('Asia/Shanghai', { exact: true }).click();
    await saveAndTest(page).click();
    await expect(verdict(page)).toContainText('/no/such/store');
    const stored = await (await request.get(`/api/datasources/uid/${own}`)).json();
    expect(stored.jsonData.events).toEqual({ kind: 'filetree', path: '/no/such/store', timezone: 'Asia/Shanghai' });
  });
});
