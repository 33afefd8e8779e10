import { expect, newPerson, signIn, test } from '../support/test.ts';

/** Two people edit the same text at once: the second is told, sees both, and loses nothing. */
test('an edit conflict loses nothing', async ({ page, browser, api }) => {
  const lead = await api('lead');
  const { key } = await lead.post<{ key: string }>('/projects/ENG/issues', {
    title: 'Map is blank on tablets',
    description: 'First words.',
  });
  await signIn(page, 'maintainer');
  await page.goto(`/issues/${key}`);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const editor = page.getByRole('form', { name: 'Edit title and description' });
  await editor.getByRole('textbox', { name: 'Description' }).fill('Words of the maintainer.');

  // Somebody else saves first, in a browser of their own.
  const second = await newPerson(browser, 'lead');
  await second.goto(`/issues/${key}`);
  await second.getByRole('button', { name: 'Edit', exact: true }).click();
  const theirs = second.getByRole('form', { name: 'Edit title and description' });
  await theirs.getByRole('textbox', { name: 'Description' }).fill('Words of the lead.');
  await theirs.getByRole('button', { name: 'Save' }).click();
  await expect(second.getByText('Words of the lead.').first()).toBeVisible();

  // What was being typed is still there, and saving shows both sides.
  await expect(editor.getByRole('textbox', { name: 'Description' })).toHaveValue('Words of the maintainer.');
  await editor.getByRole('button', { name: 'Save' }).click();
  const merge = page.getByRole('dialog', { name: 'Somebody changed this meanwhile' });
  await expect(merge).toBeVisible();
  await expect(merge.getByText('Words of the maintainer.')).toBeVisible();
  await expect(merge.getByText('Words of the lead.')).toBeVisible();
  await merge.getByLabel(/Yours/).check();
  await merge.getByRole('button', { name: 'Save the choice' }).click();
  await expect(merge).toBeHidden();
  await expect(page.getByText('Words of the maintainer.').first()).toBeVisible();

  // The other browser shows the outcome without a reload, and history has both texts.
  await expect(second.getByText('Words of the maintainer.').first()).toBeVisible();
  const history = await lead.get<{ items: { field: string | null; new: unknown }[] }>(`/issues/${key}/events`);
  const texts = history.items.filter((e) => e.field === 'description').map((e) => e.new);
  expect(texts).toEqual(['Words of the lead.', 'Words of the maintainer.']);
  await second.context().close();
});

test('a draft survives a reload', async ({ page }) => {
  await signIn(page, 'developer');
  await page.goto('/new?project=ENG');
  await page.getByLabel('Title').fill('Half a thought');
  await page.getByRole('textbox', { name: 'Description' }).fill('that is not finished');
  await page.reload();
  await expect(page.getByLabel('Title')).toHaveValue('Half a thought');
  await expect(page.getByRole('textbox', { name: 'Description' })).toHaveValue('that is not finished');
});
