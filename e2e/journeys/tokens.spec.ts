import { beSignedIn, expect, expectAccessible, expectAccessibleInBothThemes, signIn, test } from '../support/test.ts';

/** A program's whole life: a token is made, used, looked at and revoked. */
test('a token is made, used by a program, and revoked', async ({ page, playwright, baseURL }) => {
  await beSignedIn(page, 'lead');
  await page.goto('/settings/profile');
  await page.getByRole('navigation', { name: 'Your account' }).getByRole('link', { name: 'Tokens' }).click();
  await page.getByRole('button', { name: 'New token' }).click();
  const dialog = page.getByRole('dialog', { name: 'New token' });
  // What is wrong is said at its place, before anything is sent.
  await dialog.getByRole('checkbox', { name: /^read/ }).uncheck();
  await dialog.getByRole('button', { name: 'Make token' }).click();
  await expect(dialog).toContainText('This is needed.');
  await expect(dialog).toContainText('Choose at least one scope');
  await dialog.getByLabel('Name', { exact: true }).fill('Nightly build');
  await dialog.getByRole('checkbox', { name: /^issues:write/ }).check();
  await dialog.getByRole('combobox', { name: 'Project' }).selectOption({ label: 'Engineering (ENG)' });
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Make token' }).click();
  await expect(dialog).toBeHidden();

  const field = page.getByLabel('The token', { exact: true });
  await expect(field).toBeFocused();
  const token = await field.inputValue();
  expect(token).toMatch(/^iit_[0-9A-Za-z]{49}$/);
  await expectAccessibleInBothThemes(page);
  await page.getByRole('button', { name: 'Done' }).click();
  const row = page.getByRole('list', { name: 'Tokens' }).getByRole('listitem').filter({ hasText: 'Nightly build' });
  await expect(row).toContainText(token.slice(0, 12));
  await expect(row).toContainText('never used');
  await expect(page.locator('body')).not.toContainText(token);

  const program = await playwright.request.newContext({
    baseURL: baseURL ?? '',
    extraHTTPHeaders: { Authorization: `Bearer ${token}` },
  });
  const made = await program.post('/api/v1/issues', { data: { title: 'The nightly build failed' } });
  expect(made.status(), await made.text()).toBe(201);
  expect((await made.json()).key).toMatch(/^ENG-/);
  const refused = await program.get('/api/v1/audit');
  expect(refused.status()).toBe(403);
  expect((await refused.json()).detail).toContain('admin');

  await page.reload();
  await expect(row).toContainText('last used');
  await row.getByRole('button', { name: 'Revoke Nightly build' }).click();
  const question = page.getByRole('dialog', { name: 'Revoke the token Nightly build?' });
  await question.getByRole('button', { name: 'Cancel' }).click();
  await row.getByRole('button', { name: 'Revoke Nightly build' }).click();
  await question.getByRole('button', { name: 'Revoke token' }).click();
  await expect(page.getByText('The token Nightly build is revoked.')).toBeVisible();
  await expect(row).toHaveCount(0);
  expect((await program.get('/api/v1/me')).status()).toBe(401);
  await program.dispose();
});

test('an admin makes a service account and a token for it, and nobody else sees them', async ({ page, api, playwright, baseURL }) => {
  const admin = await api('admin');
  const name = `robot_${Date.now()}`;
  await admin.post('/users', { username: name, email: `${name}@example.com`, kind: 'service' });
  await page.setViewportSize({ width: 360, height: 740 });
  await beSignedIn(page, 'admin');
  await page.goto('/users');
  await page.getByLabel('Find a user').fill(name);
  await page.getByRole('button', { name: `More for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Tokens' }).click();
  await expect(page).toHaveURL(new RegExp(`/users/${name}#tokens$`));
  await page.getByRole('button', { name: 'New token' }).click();
  await page.getByLabel('Name', { exact: true }).fill('On the build machine');
  await page.getByRole('button', { name: 'Make token' }).click();
  const token = await page.getByLabel('The token', { exact: true }).inputValue();
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(sideways).toBeLessThanOrEqual(0);
  const program = await playwright.request.newContext({
    baseURL: baseURL ?? '',
    extraHTTPHeaders: { Authorization: `Bearer ${token}` },
  });
  const me = await program.get('/api/v1/me');
  expect((await me.json()).user.username).toBe(name);
  await program.dispose();
  // Somebody else who signs in sees the person, not the tokens.
  await page.context().clearCookies();
  await signIn(page, 'lead');
  await page.goto(`/users/${name}`);
  await expect(page.getByText(`@${name}`)).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Tokens' })).toHaveCount(0);
});
