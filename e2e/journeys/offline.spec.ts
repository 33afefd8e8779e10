import type { Request } from '@playwright/test';

import { beSignedIn, expect, signIn, test } from '../support/test.ts';

/** Paths below `/api/v1` that were asked for since. */
function asked(requests: Request[]): string[] {
  return requests.map((request) => new URL(request.url()).pathname.replace('/api/v1', ''));
}

test('what failed without a network is read again when there is one, and nothing else', async ({ page, context }) => {
  await beSignedIn(page, 'lead');
  await page.goto('/projects/ENG/issues');
  await expect(page.getByRole('row').nth(1)).toBeVisible();
  const main = page.getByRole('navigation', { name: 'Main' });
  await context.setOffline(true);

  // Two pages in a row fail; the second is the one in view.
  await main.getByRole('link', { name: 'All issues' }).click();
  await expect(page.getByText('The list could not be loaded')).toBeVisible();
  await main.getByRole('link', { name: 'Board', exact: true }).click();
  await expect(page.getByText('The board could not be loaded')).toBeVisible();

  const requests: Request[] = [];
  page.on('request', (request) => requests.push(request));
  await context.setOffline(false);
  await expect(page.getByText('could not be loaded')).toHaveCount(0);
  await expect(page.getByRole('list', { name: 'In progress' })).toBeVisible();
  const boards = asked(requests).filter((path) => path.endsWith('/board'));
  expect(boards, 'the page in view asks once').toHaveLength(1);
  // The navigation counts what views find, one issue at a time; that is no list.
  const lists = requests.filter((request) => !request.url().includes('limit=1&') && !request.url().endsWith('limit=1'));
  expect(asked(lists), 'the list that was left does not').not.toContain('/issues');
});

test('a page that failed comes back with the stream too', async ({ page }) => {
  await signIn(page, 'lead');
  // The server is away, the network is not: nothing but the stream says when it is back.
  await page.route('**/api/v1/**', (route) => route.abort());
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'All issues' }).click();
  await expect(page.getByText('The list could not be loaded')).toBeVisible();
  await page.reload().catch(() => undefined);
  await expect(page.getByText('Your account could not be loaded')).toBeVisible();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  // Without a stream it asks by the clock.
  await expect(page.getByRole('row').nth(1)).toBeVisible({ timeout: 25_000 });

  await page.route('**/api/v1/stream**', (route) => route.abort());
  await page.reload();
  await page.route('**/api/v1/issues**', (route) => route.abort());
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'My work' }).click();
  await expect(page.getByText('could not be loaded').first()).toBeVisible();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await expect(page.getByText('could not be loaded')).toHaveCount(0, { timeout: 25_000 });
});
