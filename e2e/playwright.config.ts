import { defineConfig } from '@playwright/test';

// `cargo xtask test` starts a server with demo data and says where it is. To run a journey
// against a server of your own: IIT_E2E_URL=http://127.0.0.1:8080 npx playwright test
const baseURL = process.env.IIT_E2E_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  outputDir: 'test-results',
  // A journey that only passes at the second try has found something.
  retries: 0,
  // The journeys share one server; they must not depend on each other all the same.
  workers: Number(process.env.IIT_E2E_WORKERS ?? 1),
  fullyParallel: false,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    baseURL,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    colorScheme: 'light',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.IIT_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--disable-dev-shm-usage',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'journeys', testDir: 'journeys' },
    // The API as a generated client meets it; needs no browser.
    { name: 'contract', testDir: 'contract' },
    // The pictures of the README; written by `cargo xtask generate screenshots`.
    { name: 'screenshots', testDir: 'screenshots' },
  ],
});
