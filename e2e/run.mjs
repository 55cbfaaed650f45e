// Runs the browser tests against the Grafana at GRAFANA_URL. Further arguments go to Playwright.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

if (!process.env.GRAFANA_URL) {
  process.stdout.write('e2e: skipped: GRAFANA_URL is not set\n');
  process.exit(0);
}
const cli = createRequire(import.meta.url).resolve('@playwright/test/cli');
const { status } = spawnSync(process.execPath, [cli, 'test', '-c', 'e2e', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
