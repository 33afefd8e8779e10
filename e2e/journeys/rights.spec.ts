import { beSignedIn, expect, expectAccessible, test } from '../support/test.ts';

/** What somebody may not do stays in sight, with the reason and the way to the rule. */
test('why may I not: the reason opens by pointer and by keyboard, and leads to the rule', async ({ page }) => {
  await beSignedIn(page, 'viewer');
  await page.goto('/issues/ENG-1');
  const edit = page.getByRole('button', { name: 'Edit (why not?)' });
  await edit.click();
  const reason = page.getByRole('dialog', { name: 'Why not?' });
  await expect(reason).toContainText('You may not edit this issue. It takes the role maintainer');
  await expect(reason).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(reason).toBeHidden();
  await expect(edit).toBeFocused();

  // A fact, by keyboard alone.
  await page.getByRole('button', { name: 'Change severity (why not?)' }).focus();
  await page.keyboard.press('Enter');
  await expect(reason).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/admin\/policy\?right=edit_issue&project=ENG$/);
  const line = page.getByRole('row', { name: /^Edit this issue/ });
  await expect(line).toContainText('the right you asked about');
  await expect(line).toBeInViewport();
  await expect(page.getByRole('columnheader', { name: /viewer/ })).toHaveAttribute('aria-current', 'true');
});

test('roles and rights: everybody finds their own column, per project', async ({ page }) => {
  await beSignedIn(page, 'reporter');
  await page.goto('/');
  await page.getByRole('button', { name: 'Rita Reporter' }).click();
  await page.getByRole('menuitem', { name: 'Roles and rights' }).click();
  await expect(page.getByRole('columnheader', { name: /reporter/ })).toHaveAttribute('aria-current', 'true');
  const see = page.getByRole('row', { name: /^See this project/ });
  await expect(see).toContainText('all or own, as set');
  await page.getByLabel('Your role in').selectOption({ label: 'Fieldbook App (APP)' });
  await expect(page.getByText('your own exist for you')).toBeVisible();
  await expect(see).toContainText('own issues');
  // Nobody edits what somebody else wrote, whatever their role.
  const edit = page.getByRole('row', { name: /^Edit this comment/ });
  await expect(edit.getByRole('cell', { name: 'own' })).toHaveCount(6);
});
