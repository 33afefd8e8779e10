import { readFile } from 'node:fs/promises';

import { expect, newPerson, signIn, test } from '../support/test.ts';

/**
 * The product's main job, from one end to the other: an admin makes a maintainer, a client reports
 * with text and a file, the maintainer's open list shows it without a reload and they set severity
 * and status, the client sees that live and gets the file back, nobody else's client sees anything,
 * and the dashboard counts it.
 */
test('feedback goes from the client to the maintainer and back, live', async ({ page, browser, api }) => {
  const stamp = Date.now().toString(36);
  const title = `Invoice total is wrong ${stamp}`;
  const maintainer = `keeper_${stamp}`;

  // The admin makes a maintainer and signs out.
  await signIn(page, 'admin');
  await page.goto('/users');
  await page.getByRole('button', { name: 'Add user' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add user' });
  await dialog.getByLabel('E-mail').fill(`${maintainer}@example.org`);
  await dialog.getByLabel('Username').fill(maintainer);
  await dialog.getByLabel('Role').selectOption('maintainer');
  await dialog.getByLabel('First password').fill('a long first password');
  await dialog.getByRole('button', { name: 'Add user' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(maintainer).first()).toBeVisible();
  await page.getByRole('button', { name: 'Ada Admin', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/login/);

  // The maintainer looks at the open issues of the project.
  await signIn(page, maintainer, 'a long first password');
  const counted = (await (await api('admin')).get<{ total: number }>('/insights/open_by?project=APP')).total;
  await page.goto('/projects/APP/issues?state=open');
  await expect(page.getByRole('row').nth(1)).toBeVisible();

  // The client reports with Markdown and a file.
  const client = await newPerson(browser, 'reporter');
  await client.goto('/new?project=APP');
  await client.getByLabel('Title').fill(title);
  await client.getByRole('textbox', { name: 'Description' }).fill('The PDF prints **7.7 %**.\n\n- open it\n- look');
  await expect(client.locator('strong', { hasText: '7.7 %' }).first()).toBeVisible();
  await client.locator('input[type=file]').first().setInputFiles({
    name: 'invoice.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('total: 108.10\n'),
  });
  await client.getByRole('button', { name: /report|create/i }).last().click();
  await expect(client).toHaveURL(/\/issues\/APP-\d+$/);
  const key = client.url().split('/').pop() ?? '';
  await expect(client.getByRole('heading', { level: 1 })).toContainText(title);
  await expect(client.getByText('invoice.txt').first()).toBeVisible();

  // It comes to the maintainer without a reload: at once, or behind "1 new" when they look elsewhere.
  const row = page.getByRole('link', { name: title });
  const fresh = page.getByRole('button', { name: /^\d+ new/ });
  await expect(row.or(fresh).first()).toBeVisible();
  if (!(await row.isVisible())) await fresh.click();
  await row.click();
  await expect(page).toHaveURL(new RegExp(`/issues/${key}$`));
  const facts = page.getByRole('complementary', { name: 'Facts' });
  await facts.getByRole('button', { name: /severity/i }).click();
  await page.getByRole('option', { name: /high/i }).click();
  await expect(facts.getByRole('button', { name: /severity/i })).toContainText('High');
  await facts.getByRole('button', { name: /status/i }).click();
  await page.getByRole('option', { name: /triaged/i }).click();
  await expect(facts.getByRole('button', { name: /status/i })).toContainText('Triaged');

  // The client sees it live, and the file comes back byte for byte.
  const theirFacts = client.getByRole('complementary', { name: 'Facts' });
  await expect(theirFacts.getByText('Triaged')).toBeVisible();
  await expect(theirFacts.getByText('High')).toBeVisible();
  const [download] = await Promise.all([
    client.waitForEvent('download'),
    client.getByRole('link', { name: /invoice\.txt/ }).first().click(),
  ]);
  expect(await readFile(await download.path(), 'utf8')).toBe('total: 108.10\n');

  // Another client does not see it: for them it does not exist.
  const other = await newPerson(browser, 'reporter2');
  await other.goto(`/issues/${key}`);
  await expect(other.getByText('It does not exist, or it is not visible to you.')).toBeVisible();

  // The dashboard counts it.
  await page.goto('/?project=APP');
  await expect(page.getByText(`${counted + 1} open`)).toBeVisible();

  await client.context().close();
  await other.context().close();
});

test('refusals are what a program expects', async ({ api }) => {
  const nobody = await api();
  expect((await nobody.fetch('GET', '/issues')).status()).toBe(401);
  const reporter = await api('reporter');
  expect((await reporter.fetch('POST', '/users', { email: 'x@example.org', password: 'long enough' })).status()).toBe(403);
  expect((await reporter.fetch('GET', '/projects/SEC')).status()).toBe(404);
  expect((await reporter.fetch('GET', '/issues/SEC-1')).status()).toBe(404);
  const issue = await (await api('reporter2')).post<{ key: string }>('/projects/APP/issues', { title: 'Only mine' });
  const hidden = await reporter.fetch('GET', `/issues/${issue.key}`);
  expect(hidden.status()).toBe(404);
  expect(hidden.headers()['content-type']).toContain('application/problem+json');
  const moved = await (await api('reporter2')).fetch('PATCH', `/issues/${issue.key}`, { status: 'done' });
  expect(moved.status()).toBe(403);
  expect(await moved.json()).toMatchObject({ code: 'forbidden', missing: { action: 'move_issue' } });
});
