import { expect, test } from '@playwright/test';

const group = 'check scripts';

interface Group {
  name: string;
  rules: Array<{ name: string; health: string; lastError?: string }>;
}

test('the rules are listed and can be evaluated', async ({ page, request }) => {
  const { data } = await (await request.get('/api/prometheus/grafana/api/v1/rules')).json();
  const rules = data.groups.find(({ name }: Group) => name === group)?.rules ?? [];
  expect(rules.length).toBeGreaterThan(0);
  expect(rules.filter(({ health }: Group['rules'][number]) => health === 'error')).toEqual([]);

  await page.goto('/alerting/list');
  await expect(page.getByText(group).first()).toBeVisible();
});
