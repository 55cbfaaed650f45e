import { type APIRequestContext, expect } from '@playwright/test';

import { draws } from './dashboard';
import { explore, saveAndTest, uid, verdict, watchQueries, withDataSource } from './grafana';
import { test } from './session';

const standin = process.env.E2E_MILVUS;

/** What the data source offers for a variable of label values, of the last hour. */
async function labelValues(request: APIRequestContext, label: string, match: string): Promise<string[]> {
  const now = Date.now();
  const params = { label, match, from: now - 3_600_000, to: now };
  const answer = await request.get(`/api/datasources/uid/${uid}/resources/labelValues`, { params });
  return answer.ok() ? ((await answer.json()) as Array<{ value: string }>).map(({ value }) => value) : [];
}

test.beforeEach(async ({ request }) => {
  const jobs = await labelValues(request, 'job', 'up{job=~"milvus.*"}');
  test.skip(!jobs.length, `the data source ${uid} has no Milvus in its Prometheus`);
});

const dashboards = {
  overview: 'Milvus overview',
  requests: 'Milvus requests',
  storage: 'Milvus storage and compaction',
  streaming: 'Milvus streaming',
  runtime: 'Milvus runtime',
};

test.describe('the dashboards of Milvus', () => {
  // The tallest has some 70 panels when all its rows are open.
  test.use({ viewport: { width: 1600, height: 9_000 } });
  test.describe.configure({ timeout: 180_000 });
  for (const [id, title] of Object.entries(dashboards)) {
    test(`${title} draws without an error, with all its rows open`, async ({ page }) => {
      await draws(page, `milvus-${id}`, title, 'now-15m');
    });
  }
});

interface Rule {
  name: string;
  state: string;
  health: string;
}

async function rules(request: APIRequestContext): Promise<Rule[]> {
  const { data } = await (await request.get('/api/prometheus/grafana/api/v1/rules')).json();
  const all: Rule[] = data.groups.flatMap((group: { rules: Rule[] }) => group.rules);
  return all.filter(({ name }) => name.startsWith('Milvus'));
}

test('the rules of Milvus can be evaluated, and lead to panels that exist', async ({ request }) => {
  const all = await rules(request);
  expect(all.length).toBeGreaterThan(0);
  expect(all.filter(({ health }) => health === 'error')).toEqual([]);

  const panels = new Set<string>();
  for (const id of Object.keys(dashboards)) {
    const { dashboard } = await (await request.get(`/api/dashboards/uid/heartline-milvus-${id}`)).json();
    const open = dashboard.panels.flatMap(({ panels = [], ...panel }) => [panel, ...panels]);
    open.forEach((panel: { id: number }) => panels.add(`${dashboard.uid}/${panel.id}`));
  }
  const stored: Array<{ title: string; annotations: Record<string, string> }> = await (
    await request.get('/api/v1/provisioning/alert-rules')
  ).json();
  const links = stored.flatMap(({ title, annotations: { __dashboardUid__: of, __panelId__: panel } }) =>
    title.startsWith('Milvus') ? [`${of}/${panel}`] : []
  );
  expect(links).toHaveLength(all.length);
  expect(links.filter((link) => !panels.has(link))).toEqual([]);
});

test('a link opens a panel of a folded row alone', async ({ page }) => {
  const queries = watchQueries(page);
  await page.goto('/d/heartline-milvus-overview?viewPanel=24&from=now-15m&to=now');
  await expect(page.getByRole('heading', { name: 'Entities', exact: true })).toBeVisible();
  await expect.poll(() => queries.answerTo('A')?.frames?.length).toBeGreaterThan(0);
  await expect(page.getByRole('heading', { name: 'Targets', exact: true })).toHaveCount(0);
  expect(await queries.errors()).toEqual([]);
});

test('an alert has its runbook at its panel', async ({ page }) => {
  await page.goto('/d/heartline-milvus-requests?viewPanel=6&from=now-15m&to=now');
  const link = page.getByRole('link', { name: 'Runbook of MilvusSearchLatencyHigh' });
  await expect(link).toHaveAttribute('href', /\/docs\/runbooks\.md#milvussearchlatencyhigh$/);
});

test('the collections are those of the chosen database', async ({ page, request }) => {
  const databases = await labelValues(request, 'db_name', 'milvus_proxy_req_count');
  test.skip(databases.length < 2, 'this Milvus has one database');
  const [database] = databases;
  const collections = await labelValues(request, 'collection_name', `milvus_proxy_req_count{db_name="${database}"}`);
  const others = (await labelValues(request, 'collection_name', 'milvus_proxy_req_count')).filter(
    (name) => !collections.includes(name)
  );
  await page.goto(`/d/heartline-milvus-requests?var-database=${database}&from=now-1h&to=now`);
  const variable = page.getByTestId('data-testid template variable').filter({ hasText: 'Collection' });
  await variable.getByRole('combobox').click();
  for (const name of collections) {
    await expect(page.getByRole('option', { name, exact: true })).toBeVisible();
  }
  for (const name of others) {
    await expect(page.getByRole('option', { name, exact: true })).toHaveCount(0);
  }
});

for (const [name, queryType] of Object.entries({ Alarms: 'alarms', 'Heartbeat gaps': 'heartbeats' })) {
  test(`${name} of check scripts are drawn over the panels`, async ({ page }) => {
    const queries = watchQueries(page);
    await page.goto('/d/heartline-milvus-overview?from=now-7d&to=now');
    await expect.poll(queries.count).toBeGreaterThan(0);
    const answered = page.waitForResponse(
      (response) => response.request().postData()?.includes(`"queryType":"${queryType}"`) ?? false
    );
    await page.getByRole('switch', { name }).check({ force: true });
    const { results } = await (await answered).json();
    const [{ error, frames }] = Object.values<{ error?: string; frames: Array<{ data: { values: unknown[][] } }> }>(
      results
    );
    expect(error).toBeUndefined();
    test.skip(!frames[0]?.data.values[0]?.length, `the store has no ${name.toLowerCase()} of this week`);
    await expect(page.getByTestId('data-testid annotation-marker').first()).toBeVisible();
  });
}

/** Runs with a data source that has the same Prometheus as the provisioned one. */
async function withPrometheus(request: APIRequestContext, services: object[], run: (uid: string) => Promise<void>) {
  const { jsonData } = await (await request.get(`/api/datasources/uid/${uid}`)).json();
  await withDataSource(request, { metrics: { url: jsonData.metrics.url }, services }, run);
}

test('a Milvus is added to the services, saved and tested', async ({ page, request }) => {
  await withPrometheus(request, [], async (own) => {
    await page.goto(`/connections/datasources/edit/${own}`);
    await page.getByRole('button', { name: 'Add service' }).click();
    const service = page.getByRole('group', { name: 'Service 1', exact: true });
    await service.getByRole('radio', { name: 'Milvus', exact: true }).check({ force: true });
    await service.getByRole('textbox', { name: /^Selector/ }).fill('job=~"milvus.*"');
    await service.getByRole('textbox', { name: /^Name/ }).fill('e2e milvus');
    await saveAndTest(page).click();
    await expect(verdict(page)).toContainText('services that answer: 1');
    const { jsonData } = await (await request.get(`/api/datasources/uid/${own}`)).json();
    expect(jsonData.services).toEqual([{ name: 'e2e milvus', kind: 'milvus', selector: 'job=~"milvus.*"' }]);
  });
});

test('a signal that only Milvus has is split by its states', async ({ page, request }) => {
  const services = [{ name: 'e2e milvus', kind: 'milvus', selector: 'job=~"milvus.*"' }];
  await withPrometheus(request, services, async (own) => {
    const queries = watchQueries(page);
    await page.goto(explore({ queryType: 'signals', format: 'series' }, own));
    const signal = page.getByRole('combobox', { name: 'Signal' });
    await signal.click();
    await signal.fill('Segments');
    await page.getByRole('option', { name: /^Segments/ }).click();
    await page.getByRole('combobox', { name: 'Split by' }).click();
    await page.getByRole('option', { name: 'State', exact: true }).click();
    await expect.poll(() => queries.answerTo('A')?.frames?.length).toBeGreaterThan(1);
    expect(await queries.errors()).toEqual([]);
  });
});

test('without a Prometheus an expression fails, and a lenient one has no answer', async ({ page, request }) => {
  await withDataSource(request, {}, async (own) => {
    const queries = watchQueries(page);
    await page.goto(explore({ queryType: 'promql', format: 'series', expr: 'up{job=~"milvus.*"}' }, own));
    await expect.poll(() => queries.answerTo('A')?.error).toContain('Prometheus');
    await page.getByTitle('Answer nothing where no Prometheus is configured').check({ force: true });
    await expect.poll(() => queries.answerTo('A')?.error).toBeUndefined();
    await expect(page.getByText('No data')).toBeVisible();
  });
});

test('a variable lists the values of a label', async ({ page }) => {
  await page.goto('/d/heartline-milvus-overview?editview=variables&editIndex=1');
  await page.getByRole('textbox', { name: /^Of metric/ }).fill('milvus_proxy_req_count');
  await page.keyboard.press('Enter');
  const listed = page.waitForResponse(
    (response) => response.url().includes('/resources/labelValues') && response.url().includes('label=function_name')
  );
  await page.getByRole('textbox', { name: /^Label \*|^Label$/ }).fill('function_name');
  await page.keyboard.press('Enter');
  const values: Array<{ value: string }> = await (await listed).json();
  expect(values.map(({ value }) => value)).toContain('Search');
  // The preview shows the first twenty.
  await expect(page.getByText(values[0].value, { exact: true })).toBeVisible();
});

test('writes that are denied raise an alert, which ends with them', async ({ request }) => {
  test.skip(!standin, 'E2E_MILVUS is not set');
  const minutes = 60_000;
  test.setTimeout(15 * minutes);
  const state = async () => (await rules(request)).find(({ name }) => name === 'MilvusWriteDenied')?.state;
  const patience = { timeout: 7 * minutes, intervals: [5_000] };
  try {
    await request.put(`${standin}/steer?writeDenied=1`);
    await expect.poll(state, patience).toBe('firing');
  } finally {
    await request.put(`${standin}/steer?writeDenied=0`);
  }
  await expect.poll(state, patience).toBe('inactive');
});
