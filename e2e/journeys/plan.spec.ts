import { beSignedIn, expect, test } from '../support/test.ts';

/**
 * How issues hang together: one blocks another and never in a circle, an epic counts its parts,
 * and whoever watches an issue finds it among their own.
 */
test('issues hang together', async ({ page, api }) => {
  test.setTimeout(120_000);
  const lead = await api('lead');
  const stamp = Date.now().toString(36);
  const make = (title: string) => lead.post<{ key: string }>('/projects/ENG/issues', { title: `${title} ${stamp}` });
  const [one, other, epic] = [await make('Foundation'), await make('Walls'), await make('House')];

  await beSignedIn(page, 'maintainer');
  await page.goto(`/issues/${one.key}`);
  const relations = page.getByRole('region', { name: 'Relations' });
  await relations.getByRole('button', { name: 'Add relation' }).click();
  await page.getByRole('combobox', { name: 'Key or title of the other issue' }).fill(`Walls ${stamp}`);
  await page.getByRole('option', { name: new RegExp(other.key) }).click();
  await expect(relations.getByRole('link', { name: `Walls ${stamp}` })).toBeVisible();
  await expect(relations.getByRole('heading', { name: 'Blocks' })).toBeVisible();

  // The way back is refused, and the refusal names the chain.
  await page.goto(`/issues/${other.key}`);
  await expect(relations.getByRole('heading', { name: 'Blocked by' })).toBeVisible();
  await relations.getByRole('button', { name: 'Add relation' }).click();
  await page.getByRole('combobox', { name: 'Key or title of the other issue' }).fill(one.key);
  await page.getByRole('option', { name: new RegExp(one.key) }).click();
  await expect(page.getByRole('alert').filter({ hasText: `${one.key} blocks ${other.key}` })).toBeVisible();

  // Parts: one that is there already, one that is new; somebody else closes one.
  await page.goto(`/issues/${epic.key}`);
  const parts = page.getByRole('region', { name: 'Sub-issues' });
  for (const words of [`Foundation ${stamp}`, `Roof ${stamp}`]) {
    await parts.getByRole('button', { name: 'Add sub-issue' }).click();
    await page.getByRole('combobox', { name: 'Title of a new one, or a key' }).fill(words);
    const option = words.startsWith('Roof') ? `New: ${words}` : new RegExp(one.key);
    await page.getByRole('option', { name: option }).click();
    await expect(parts.getByRole('link', { name: words })).toBeVisible();
  }
  await expect(parts.getByText('0 of 2 done')).toBeVisible();
  await lead.patch(`/issues/${one.key}`, { status: 'done' });
  await expect(parts.getByText('1 of 2 done')).toBeVisible();

  // Watched by a key, found under My work.
  const watch = page.getByRole('button', { name: /^Watch/ });
  await expect(watch).toHaveText(/^Watch · 1$/);
  await page.keyboard.press('w');
  await expect(watch).toHaveText(/^Watching · 2$/);
  await page.getByRole('button', { name: /^Vote/ }).click();
  await expect(page.getByRole('button', { name: /^Voted · 1$/ })).toBeVisible();
  await page.goto('/my?tab=watching');
  await expect(page.getByRole('link', { name: `House ${stamp}` })).toBeVisible();
  const now = await lead.get<{ watchers: number; votes: number }>(`/issues/${epic.key}`);
  expect([now.watchers, now.votes]).toEqual([2, 1]);
});
