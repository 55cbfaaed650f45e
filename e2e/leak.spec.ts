import { type APIRequestContext, expect } from '@playwright/test';

import { test } from './session';

/** Longer than the demo's service takes from one leak to the next. */
const cycle = 18 * 60_000;

interface Rule {
  name: string;
  state: string;
}

async function state(request: APIRequestContext, rule: string): Promise<string | undefined> {
  const { data } = await (await request.get('/api/prometheus/grafana/api/v1/rules')).json();
  const rules: Rule[] = data.groups.flatMap((group: { rules: Rule[] }) => group.rules);
  return rules.find(({ name }) => name === rule)?.state;
}

test('a leak over 5000 goroutines fires and resolves', async ({ request }) => {
  test.skip(!process.env.E2E_LEAK, 'E2E_LEAK is not set');
  test.setTimeout(2 * cycle);
  const high = () => state(request, 'HeartlineGoroutinesHigh');
  await expect.poll(high, { timeout: cycle, intervals: [5_000] }).toBe('firing');
  await expect.poll(high, { timeout: cycle, intervals: [5_000] }).toBe('inactive');
});
