import type { APIRequestContext, Page, Response } from '@playwright/test';

export const type = 'heartline-monitor-datasource';
export const uid = 'heartline';

interface Result {
  error?: string;
  frames?: unknown[];
}

const isQuery = (response: Response) => new URL(response.url()).pathname.endsWith('/ds/query');

/** Keeps what the data source answers to the queries of the page, by refId; of several answers the last one counts. */
export function watchQueries(page: Page) {
  const answers: Array<{ refId: string; result: Result }> = [];
  const reading: Array<Promise<void>> = [];
  const read = async (response: Response) => {
    const { results = {}, message = response.statusText() } = await response.json();
    const failed: [string, Result] = ['-', { error: `${response.status()} ${message}` }];
    const entries = Object.entries<Result>(results);
    answers.push(...(entries.length ? entries : [failed]).map(([refId, result]) => ({ refId, result })));
  };
  page.on('response', (response) => {
    if (isQuery(response)) {
      // A query that is cancelled by the next one has no body.
      reading.push(read(response).catch(() => undefined));
    }
  });
  return {
    count: () => answers.length,
    answerTo: (refId: string) => answers.filter((answer) => answer.refId === refId).at(-1)?.result,
    errors: async () => {
      await Promise.all(reading);
      return answers.flatMap(({ refId, result }) => (result.error ? [`${refId}: ${result.error}`] : []));
    },
  };
}

/** The address of Explore with one query of the last week. */
export function explore(query: object, datasource = uid): string {
  const queries = [{ refId: 'A', datasource: { type, uid: datasource }, ...query }];
  const pane = { datasource, queries, range: { from: 'now-7d', to: 'now' } };
  return `/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify({ a: pane }))}`;
}

/** Whether the provisioned data source has services: their dashboards and rules have nothing to ask otherwise. */
export async function hasServices(request: APIRequestContext): Promise<boolean> {
  const { jsonData } = await (await request.get(`/api/datasources/uid/${uid}`)).json();
  return Boolean(jsonData.services?.length);
}

export const noServices = `the data source ${uid} has no services`;

/** Runs with a data source of its own, which is removed afterwards. */
export async function withDataSource(
  request: APIRequestContext,
  jsonData: object,
  run: (uid: string) => Promise<void>
): Promise<void> {
  const body = { name: `zz e2e ${Date.now()}`, type, access: 'proxy', jsonData };
  const { datasource } = await (await request.post('/api/datasources', { data: body })).json();
  try {
    await run(datasource.uid);
  } finally {
    await request.delete(`/api/datasources/uid/${datasource.uid}`);
  }
}

export const saveAndTest = (page: Page) =>
  page.getByTestId('data-testid Data source settings page Save and Test button');

/** What Save & test says. */
export const verdict = (page: Page) => page.getByTestId('data-testid Data source settings page Alert');
