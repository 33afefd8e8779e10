import { readFile } from 'node:fs/promises';

import { beSignedIn, expect, expectAccessible, newPerson, test } from '../support/test.ts';

const stamped = (): string => Date.now().toString(36).toUpperCase().slice(-7);

test('the audit log is filtered by its address, opened, downloaded, and purged only on purpose', async ({ page, api }) => {
  const admin = await api('admin');
  const name = `watched_${stamped().toLowerCase()}`;
  const made = await admin.post<{ id: string }>('/users', { username: name, email: `${name}@example.org`, password: 'a long password' });
  await admin.patch(`/users/${made.id}`, { role: 'developer' });
  await beSignedIn(page, 'admin');
  await page.goto('/');
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.getByLabel('Concerns').fill(name);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(page).toHaveURL(new RegExp(`target=${name}`));
  const entries = page.getByRole('list', { name: 'Entries, newest first' }).getByRole('listitem');
  await expect(entries).toHaveCount(2);
  await page.getByLabel('What').selectOption('account.role_changed');
  await expect(entries).toHaveCount(1);
  await page.reload();
  await expect(entries).toHaveCount(1);
  await entries.first().locator('summary').click();
  await expect(entries.first()).toContainText('reporter → developer');
  await expectAccessible(page);

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download as CSV' }).click(),
  ]);
  const csv = await readFile(await download.path(), 'utf8');
  expect(csv.trim().split('\n')).toHaveLength(2);
  expect(csv).toContain('account.role_changed');

  await page.getByRole('button', { name: 'Remove old entries' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove old entries?' });
  const remove = dialog.getByRole('button', { name: 'Remove entries' });
  await expect(remove).toBeDisabled();
  await dialog.getByLabel('Confirmation').fill('purge');
  await dialog.getByLabel('Entries from before').fill(new Date().toISOString().slice(0, 10));
  await expect(dialog.getByText('Entries of the last 30 days have to stay.')).toBeVisible();
  await expect(remove).toBeDisabled();
  await dialog.getByLabel('Entries from before').fill('2020-01-01');
  await expectAccessible(page);
  await remove.click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('Entries from before 2020-01-01 are removed.')).toBeVisible();
});

test('the audit log is for admins', async ({ page }) => {
  await beSignedIn(page, 'lead');
  await page.goto('/admin/audit');
  await expect(page.getByText('You may not see the audit log.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Audit log' })).toHaveCount(0);
});

test('a project is archived, exported and purged', async ({ page, api }) => {
  const key = `X${stamped()}`;
  const admin = await api('admin');
  await admin.post('/projects', { key, name: `Exit ${key}`, template: 'feedback' });
  await admin.post(`/projects/${key}/issues`, { title: 'Taken along' });
  await beSignedIn(page, 'admin');
  await page.goto(`/projects/${key}/settings`);
  await page.getByRole('button', { name: /^Purge project/ }).click();
  await expect(page.getByRole('dialog', { name: 'Why not?' })).toContainText('Archive the project first');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Archive project' }).click();
  await page.getByRole('button', { name: 'Purge project', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: `Purge Exit ${key}?` });
  await dialog.getByLabel('Confirmation').fill(key);
  await dialog.getByRole('button', { name: 'Purge project' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Export the project first');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download export' }).click(),
  ]);
  const exported = JSON.parse(await readFile(await download.path(), 'utf8')) as { issues: unknown[] };
  expect(exported.issues).toHaveLength(1);
  await page.getByRole('button', { name: 'Purge project', exact: true }).click();
  await dialog.getByLabel('Confirmation').fill(key);
  await dialog.getByRole('button', { name: 'Purge project' }).click();
  await expect(page).toHaveURL(/\/projects$/);
  expect((await admin.fetch('GET', `/projects/${key}`)).status()).toBe(404);
});

test('a project opens where its lead wants it to', async ({ page, api }) => {
  const key = `L${stamped()}`;
  const lead = await api('lead');
  await lead.post('/projects', { key, name: `Landing ${key}`, template: 'feedback' });
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/${key}/settings`);
  await page.getByLabel('Opens with').selectOption('board');
  await page.getByRole('button', { name: 'Save settings' }).click();
  await expect(page.getByText('The settings are saved.')).toBeVisible();
  await page.goto(`/projects/${key}`);
  await expect(page).toHaveURL(new RegExp(`/projects/${key}/board`));
});

test('leads read what an edited or deleted comment said; others do not', async ({ page, browser, api }) => {
  const developer = await api('developer');
  const issue = await developer.post<{ key: string }>('/projects/ENG/issues', { title: 'Words change' });
  const comment = await developer.post<{ id: string }>(`/issues/${issue.key}/comments`, { body: 'The very first words' });
  await developer.patch(`/comments/${comment.id}`, { body: 'Better words' });
  const gone = await developer.post<{ id: string }>(`/issues/${issue.key}/comments`, { body: 'Taken back' });
  expect((await developer.fetch('DELETE', `/comments/${gone.id}`)).status()).toBe(204);
  await beSignedIn(page, 'lead');
  await page.goto(`/issues/${issue.key}`);
  await page.getByRole('button', { name: 'edited' }).click();
  const former = page.getByRole('dialog', { name: 'Former texts' });
  await expect(former).toContainText('The very first words');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'What it said' }).click();
  await expect(former.filter({ visible: true })).toContainText('Taken back');

  const other = await newPerson(browser, 'maintainer');
  await other.goto(`/issues/${issue.key}`);
  await expect(other.getByText('Better words')).toBeVisible();
  await expect(other.getByText('This comment was deleted.')).toBeVisible();
  await expect(other.getByRole('button', { name: 'edited' })).toHaveCount(0);
  await expect(other.getByRole('button', { name: 'What it said' })).toHaveCount(0);
  await other.context().close();
});

test('activity of a project and of a person comes in live', async ({ page, api }) => {
  const developer = await api('developer');
  await beSignedIn(page, 'maintainer');
  await page.goto('/projects/ENG/activity');
  await expect(page.getByRole('listitem').filter({ hasText: 'ENG-' }).first()).toBeVisible();
  const issue = await developer.post<{ key: string }>('/projects/ENG/issues', { title: 'Something is up' });
  const line = page.getByRole('listitem').filter({ hasText: `reported ${issue.key}` });
  await expect(line).toBeVisible();
  await line.getByRole('link', { name: 'Dana Developer' }).click();
  await expect(page).toHaveURL(/\/users\/developer$/);
  await expect(page.getByRole('region', { name: 'Profile' })).toContainText('@developer');
  await expect(page.getByRole('listitem').filter({ hasText: `reported ${issue.key}` })).toBeVisible();
  await developer.post(`/issues/${issue.key}/comments`, { body: 'And again' });
  await expect(page.getByRole('listitem').filter({ hasText: `commented on ${issue.key}` })).toBeVisible();
});
