import { beSignedIn, expect, expectAccessibleInBothThemes, newPerson, test } from '../support/test.ts';

/**
 * An issue goes to another project: what changes is told before, whoever looks at it lands at its new
 * address, the list it left drops it, and the old link leads on.
 */
test('an issue moves to another project, and its old link with it', async ({ page, browser, api }) => {
  const stamp = Date.now().toString(36);
  const title = `Wanders ${stamp}`;
  const lead = await api('lead');
  const { key } = await lead.post<{ key: string }>('/projects/ENG/issues', { title });

  // A colleague looks at the list it is in, another at the issue.
  const colleague = await newPerson(browser, 'maintainer');
  await colleague.goto(`/projects/ENG/issues?q=${encodeURIComponent(`title:"${stamp}"`)}`);
  await expect(colleague.getByRole('link', { name: title })).toBeVisible();
  const reader = await newPerson(browser, 'viewer');
  await reader.goto(`/issues/${key}`);
  await expect(reader.getByRole('heading', { level: 1 })).toContainText(title);

  // What the viewer may not do stays in sight, with the reason.
  await reader.getByRole('button', { name: 'More actions' }).click();
  const refused = reader.getByRole('menuitem', { name: /Move to project/ });
  await expect(refused).toHaveAttribute('aria-disabled', 'true');
  await expect(reader.getByText('You may not move issues to or from this project.')).toBeVisible();
  await reader.keyboard.press('Escape');

  // By keyboard: the key opens the dialog, the choice shows what will happen.
  await beSignedIn(page, 'lead');
  await page.goto(`/issues/${key}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(title);
  await page.keyboard.press('Shift+M');
  const dialog = page.getByRole('dialog', { name: `Move ${key} to another project` });
  await expect(dialog).toBeVisible();
  await dialog.getByLabel('Project').selectOption('OPS');
  await expect(dialog.getByText('Everybody with an account will see the issue with its whole history')).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expect(dialog.getByRole('button', { name: 'Move to OPS' })).toBeInViewport();
  await page.setViewportSize({ width: 1280, height: 800 });
  await dialog.getByRole('button', { name: 'Move to OPS' }).click();
  await expect(page).toHaveURL(/\/issues\/OPS-\d+$/);
  const moved = page.url().split('/').pop() ?? '';
  await expect(page.getByText(`${key} is ${moved} now.`)).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(title);

  // Open tabs are told.
  await expect(reader).toHaveURL(new RegExp(`/issues/${moved}$`));
  await expect(reader.getByRole('heading', { level: 1 })).toContainText(title);
  const row = colleague.getByRole('link', { name: title });
  await expect(row).toBeHidden();

  // The old link, also as somebody typed it, and back does not lead to it again.
  await page.goto('/projects/OPS/issues');
  await page.goto(`/issues/${key.toLowerCase()}`);
  await expect(page).toHaveURL(new RegExp(`/issues/${moved}$`));
  await expect(page.getByText('moved it from the project ENG to OPS')).toBeVisible();

  await colleague.context().close();
  await reader.context().close();
});
