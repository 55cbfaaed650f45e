import { expect } from '@playwright/test';

import { hasServices, noServices } from './grafana';
import { test } from './session';

const ofServices = ['request performance', 'go runtime'];

interface Group {
  name: string;
  rules: Array<{ name: string; health: string; lastError?: string }>;
}

for (const group of ['check scripts', ...ofServices]) {
  test(`the rules of ${group} are listed and can be evaluated`, async ({ page, request }) => {
    test.skip(ofServices.includes(group) && !(await hasServices(request)), noServices);
    const { data } = await (await request.get('/api/prometheus/grafana/api/v1/rules')).json();
    const rules = data.groups.find(({ name }: Group) => name === group)?.rules ?? [];
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.filter(({ health }: Group['rules'][number]) => health === 'error')).toEqual([]);

    await page.goto('/alerting/list');
    await expect(page.getByText(group).first()).toBeVisible();
  });
}
