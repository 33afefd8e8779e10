import { beSignedIn, expect, newPerson, test } from '../support/test.ts';
import type { Locator, Page } from '@playwright/test';

const cell = (page: Page, name: string): Locator => page.getByRole('list', { name, exact: true });

test('time travel on a board: the past is seen, shared, and left alone', async ({ page, browser, api }) => {
  test.setTimeout(120_000);
  const lead = await api('lead');
  const key = `T${Date.now().toString(36).toUpperCase()}`;
  await lead.post('/projects', { key, name: `Travel ${key}`, template: 'feedback', visibility: 'internal' });
  const first = await lead.post<{ key: string }>(`/projects/${key}/issues`, { title: 'Before' });
  await lead.post(`/projects/${key}/issues`, { title: 'Another' });
  await lead.patch(`/issues/${first.key}`, { status: 'triaged' });
  await lead.patch(`/issues/${first.key}`, { status: 'in_progress', title: 'After' });

  await beSignedIn(page, 'lead');
  await page.goto(`/projects/${key}/board`);
  await expect(cell(page, 'In progress').getByText('After')).toBeVisible();

  // Back, change by change, to where it was triaged under its old name.
  const back = page.getByRole('button', { name: 'Previous change' });
  await expect(back).toBeEnabled();
  await back.click();
  await expect(page.getByText('Board as it was')).toBeVisible();
  await expect(page).toHaveURL(/as_of=/);
  await expect(async () => {
    await back.click();
    await expect(cell(page, 'Triaged').getByText('Before')).toBeVisible({ timeout: 1500 });
  }).toPass();
  await expect(cell(page, 'In progress').getByRole('listitem')).toHaveCount(0);

  // Nothing can be changed there: no menu, and Space lifts nothing.
  await expect(page.getByRole('button', { name: /^Move / })).toHaveCount(0);
  await cell(page, 'Triaged').getByRole('listitem').focus();
  await page.keyboard.press('Space');
  await expect(page.locator('[aria-live=assertive]')).toContainText('Go back to now to change it.');

  // The link shows somebody else the same moment.
  const other = await newPerson(browser, 'maintainer');
  await other.goto(page.url());
  await expect(other.getByText('Board as it was')).toBeVisible();
  await expect(cell(other, 'Triaged').getByText('Before')).toBeVisible();
  await expect(other.getByRole('slider', { name: 'Moment' })).toHaveAttribute('aria-valuetext', /\d{4}/);

  // The card leads to the issue as it was.
  await cell(other, 'Triaged').getByRole('link', { name: 'Before' }).click();
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('Before');
  await expect(other.getByText('Issue as it was')).toBeVisible();
  await expect(other.getByRole('button', { name: 'Edit', exact: true })).toHaveCount(0);
  await other.context().close();

  await page.getByRole('button', { name: 'Back to now' }).click();
  await expect(cell(page, 'In progress').getByText('After')).toBeVisible();
  await expect(page).not.toHaveURL(/as_of=/);
});

test('the life of an issue is replayed', async ({ page, api }) => {
  const lead = await api('lead');
  const issue = await lead.post<{ key: string }>('/projects/ENG/issues', { title: 'Old title', severity: 'low' });
  await lead.patch(`/issues/${issue.key}`, { severity: 'high' });
  await lead.patch(`/issues/${issue.key}`, { title: 'New title' });
  await lead.post(`/issues/${issue.key}/comments`, { body: 'Said at the end.' });
  await beSignedIn(page, 'lead');
  await page.goto(`/issues/${issue.key}`);
  await expect(page.getByText('Said at the end.')).toBeVisible();
  await page.getByRole('button', { name: 'As of…' }).click();
  const replay = page.getByRole('button', { name: 'Replay the changes' });
  await expect(replay).toBeEnabled();
  await replay.click();
  // It begins with the first change and ends now.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Old title');
  await expect(page.getByText('Said at the end.')).toHaveCount(0);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('New title');
  await expect(page.getByText('Said at the end.')).toBeVisible();
  await expect(page.getByText('Issue as it was')).toHaveCount(0);
});

test('a list shows what was open then', async ({ page, api }) => {
  const lead = await api('lead');
  const key = `L${Date.now().toString(36).toUpperCase()}`;
  await lead.post('/projects', { key, name: `List ${key}`, template: 'feedback', visibility: 'internal' });
  const issue = await lead.post<{ key: string }>(`/projects/${key}/issues`, { title: 'Closed since' });
  const then = (await lead.get<{ items: string[] }>(`/insights/moments?project=${key}`)).items.at(-1) ?? '';
  await lead.patch(`/issues/${issue.key}`, { status: 'done' });
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/${key}/issues`);
  await expect(page.getByText('No open issues')).toBeVisible();
  await page.goto(`/projects/${key}/issues?as_of=${encodeURIComponent(then)}`);
  await expect(page.getByText('List as it was')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Closed since' })).toBeVisible();
  await page.getByRole('button', { name: 'Back to now' }).click();
  await expect(page.getByText('No open issues')).toBeVisible();
});
