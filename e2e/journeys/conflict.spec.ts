import { beSignedIn, expect, newPerson, test } from '../support/test.ts';

/** Two people edit the same text at once: the second is told, sees both, and loses nothing. */
test('an edit conflict loses nothing', async ({ page, browser, api }) => {
  const lead = await api('lead');
  const { key } = await lead.post<{ key: string }>('/projects/ENG/issues', {
    title: 'Map is blank on tablets',
    description: 'First words.',
  });
  await beSignedIn(page, 'maintainer');
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
  await beSignedIn(page, 'developer');
  await page.goto('/new?project=ENG');
  await page.getByLabel('Title').fill('Half a thought');
  await page.getByRole('textbox', { name: 'Description' }).fill('that is not finished');
  await page.reload();
  await expect(page.getByLabel('Title')).toHaveValue('Half a thought');
  await expect(page.getByRole('textbox', { name: 'Description' })).toHaveValue('that is not finished');
});

test('what is typed and thrown away comes back by undo', async ({ page, api }) => {
  const lead = await api('lead');
  const { key } = await lead.post<{ key: string }>('/projects/ENG/issues', { title: 'Kept title', description: 'Kept words.' });
  await lead.fetch('POST', `/issues/${key}/comments`, { body: 'Said once.' });
  await beSignedIn(page, 'lead');
  await page.goto(`/issues/${key}`);
  const open = page.getByRole('button', { name: 'Edit', exact: true }).first();
  const editor = page.getByRole('form', { name: 'Edit title and description' });
  const text = editor.getByRole('textbox', { name: 'Description' });
  const cancel = page.getByRole('button', { name: 'Cancel' });

  // Nothing was typed: nothing is said.
  await open.click();
  await cancel.click();
  await expect(page.getByRole('button', { name: 'Undo' })).toHaveCount(0);

  await open.click();
  await editor.getByLabel('Title').fill('Typed title');
  await text.fill('A long afternoon of words.');
  await cancel.click();
  await expect(editor).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Kept title' })).toBeVisible();
  // By key, as everything that can be undone.
  await expect(page.getByText(`What you typed for ${key} is thrown away.`)).toBeVisible();
  await page.keyboard.press('z');
  await expect(editor.getByLabel('Title')).toHaveValue('Typed title');
  await expect(text).toHaveValue('A long afternoon of words.');

  // Also when something else is typed by then, which is not lost either; and after leaving the page.
  await cancel.click();
  await open.click();
  await text.fill('Newer words.');
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await expect(text).toHaveValue('A long afternoon of words.');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(text).toHaveValue('Newer words.');
  await cancel.click();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'My work' }).click();
  await expect(page.getByRole('heading', { name: 'My work' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await page.goBack();
  await expect(text).toHaveValue('Newer words.');
  await editor.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Newer words.').first()).toBeVisible();

  // A reply, and the change of a comment.
  await page.getByRole('button', { name: 'Reply' }).click();
  await page.getByRole('textbox', { name: 'Reply' }).fill('Half an answer');
  await cancel.click();
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect(page.getByRole('textbox', { name: 'Reply' })).toHaveValue('Half an answer');
  await cancel.click();
  const said = page.getByRole('article', { name: /^Comment by/ });
  await said.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Change the comment' }).fill('Said twice.');
  await cancel.click();
  await expect(said).toContainText('Said once.');
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect(page.getByRole('textbox', { name: 'Change the comment' })).toHaveValue('Said twice.');
});
