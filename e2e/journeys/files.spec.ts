import type { Locator, Page } from '@playwright/test';

import {
  beSignedIn,
  expect,
  expectAccessibleInBothThemes,
  newPerson,
  test,
} from '../support/test.ts';

/** One red dot. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

/** Pastes a picture into a field, as from the clipboard of a screen shot. */
async function paste(field: Locator, name: string): Promise<void> {
  await field.focus();
  await field.evaluate(
    (element, [png, file]) => {
      const bytes = Uint8Array.from(atob(png ?? ''), (letter) => letter.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], file ?? '', { type: 'image/png' }));
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    },
    [PNG, name],
  );
}

/** The address of the picture that stands in a text. */
async function address(field: Locator): Promise<string> {
  await expect(field).toHaveValue(/!\[[^\]]*\]\(\/api\/v1\/attachments\/[0-9a-f-]{36}\)/);
  return /\((\/api\/v1\/attachments\/[0-9a-f-]{36})\)/.exec(await field.inputValue())?.[1] ?? '';
}

async function status(page: Page, path: string, method = 'GET'): Promise<number> {
  return page.evaluate(async ([at, how]) => (await fetch(at ?? '', { method: how ?? 'GET' })).status, [path, method]);
}

test('a picture in an internal note is there for staff alone', async ({ page, browser, api }) => {
  const stamp = Date.now().toString(36);
  const reporter = await api('reporter');
  const { key } = await reporter.post<{ key: string }>('/projects/APP/issues', { title: `Pictures ${stamp}` });
  await beSignedIn(page, 'maintainer');
  await page.goto(`/issues/${key}`);
  const field = page.getByRole('textbox', { name: 'Comment' });
  await field.fill('Look at this.');
  await paste(field, `secret-${stamp}.png`);
  const picture = await address(field);
  const form = page.getByRole('form', { name: 'New comment' });
  await expect(form.getByText(`secret-${stamp}.png`)).toBeVisible();
  // Not sent yet: nobody else has it, and it is no file of the issue.
  const client = await newPerson(browser, 'reporter');
  await client.goto(`/issues/${key}`);
  await expect(client.getByRole('heading', { level: 1 })).toContainText('Pictures');
  expect(await status(client, picture)).toBe(404);
  await expect(page.getByRole('region', { name: 'Files', exact: true }).getByText('secret')).toBeHidden();
  // It survives a reload with the text, and the preview shows it.
  await page.reload();
  await expect(form.getByText(`secret-${stamp}.png`)).toBeVisible();
  await form.getByRole('button', { name: 'Preview' }).click();
  await expect(form.getByRole('img', { name: `secret-${stamp}.png` })).toBeVisible();
  await form.getByRole('button', { name: 'Write' }).click();
  await expectAccessibleInBothThemes(page);

  await form.getByLabel('Internal note').check();
  await form.getByRole('button', { name: 'Comment' }).click();
  const note = page.getByRole('article', { name: 'Internal note by Maria Maintainer' });
  await expect(note).toContainText('Look at this.');
  await expect(note.getByRole('img', { name: `secret-${stamp}.png` })).toHaveJSProperty('naturalWidth', 1);
  await expect(form.getByText(`secret-${stamp}.png`)).toBeHidden();
  const files = page.getByRole('region', { name: 'Files', exact: true });
  await expect(files.getByText(`secret-${stamp}.png`)).toBeVisible();
  await expect(files.getByRole('img', { name: 'Internal, staff only' })).toBeVisible();

  // What is said aloud afterwards is heard; the note is not, nor its file.
  await field.fill('Said aloud');
  await form.getByLabel('Internal note').uncheck();
  await form.getByRole('button', { name: 'Comment' }).click();
  await expect(client.getByRole('article').filter({ hasText: 'Said aloud' })).toBeVisible();
  await client.reload();
  await expect(client.getByRole('article').filter({ hasText: 'Said aloud' })).toBeVisible();
  for (const text of ['Look at this.', `secret-${stamp}`]) {
    await expect(client.getByText(text)).toHaveCount(0);
  }
  expect(await status(client, picture)).toBe(404);
  expect(await status(client, picture, 'HEAD')).toBe(404);
  expect(await status(page, picture)).toBe(200);
  const found = await reporter.get<{ items: unknown[] }>(`/search?q=secret-${stamp}`);
  expect(found.items).toEqual([]);
  await client.context().close();
});

test('files go along with a new issue, an answer and an edit', async ({ page, api }) => {
  const stamp = Date.now().toString(36);
  await beSignedIn(page, 'lead');
  await page.goto('/new?project=APP');
  await page.getByLabel('Title').fill(`With pictures ${stamp}`);
  const description = page.getByRole('textbox', { name: 'Description' });
  await paste(description, 'first.png');
  const before = await address(description);
  await expect(page.getByRole('img', { name: 'first.png' })).toBeVisible();
  // For another project it is sent there, and the text follows.
  await page.getByRole('form', { name: 'New issue' }).getByLabel('Project', { exact: true }).selectOption('ENG');
  await expect(description).not.toHaveValue(new RegExp(before));
  const picture = await address(description);
  await expect(page.getByRole('img', { name: 'first.png' })).toBeVisible();
  await page.getByRole('button', { name: /Create issue/ }).click();
  await expect(page).toHaveURL(/\/issues\/ENG-\d+$/);
  const key = page.url().split('/').pop() ?? '';
  await expect(page.getByRole('img', { name: 'first.png' })).toHaveAttribute('src', picture);
  expect(await status(page, before)).toBe(404);

  // What is pasted into the description later is a file of the issue, and named there.
  await page.getByRole('button', { name: 'Edit', exact: true }).first().click();
  const form = page.getByRole('form', { name: 'Edit title and description' });
  await paste(form.getByRole('textbox', { name: 'Description' }), 'later.png');
  await expect(form.getByRole('img', { name: 'later.png' })).toBeVisible();
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form).toBeHidden();
  await expect(page.getByRole('img', { name: 'later.png' })).toHaveJSProperty('naturalWidth', 1);

  const field = page.getByRole('textbox', { name: 'Comment' });
  await field.fill('A comment');
  await page.getByRole('form', { name: 'New comment' }).getByRole('button', { name: 'Comment' }).click();
  const said = page.getByRole('article').filter({ hasText: 'A comment' });
  await said.getByRole('button', { name: 'Edit' }).click();
  const edited = page.getByRole('textbox', { name: 'Change the comment' });
  await paste(edited, 'second.png');
  await address(edited);
  // One that was a mistake goes again, from the text too.
  await paste(edited, 'mistake.png');
  await expect(edited).toHaveValue(/mistake\.png/);
  await page.getByRole('button', { name: 'Take mistake.png away' }).click();
  await expect(edited).not.toHaveValue(/mistake\.png/);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(said.getByRole('img', { name: 'second.png' })).toHaveJSProperty('naturalWidth', 1);
  const files = await (await api('lead')).get<{ items: { file_name: string; comment: string | null }[] }>(
    `/issues/${key}/attachments`,
  );
  expect(files.items.map((file) => [file.file_name, file.comment === null])).toEqual([
    ['first.png', true],
    ['later.png', true],
    ['second.png', false],
  ]);
});

test('a text makes no reader ask for anything but pictures that are theirs', async ({ page, api }) => {
  const stamp = Date.now().toString(36);
  const lead = await api('lead');
  const pictures = [
    `/api/v1/attachments/%2e%2e/search?q=${stamp}`,
    `/api/v1/attachments/../search?q=${stamp}`,
    `/api/v1/attachments/..%2fsearch?q=${stamp}`,
    `/api/v1/attachments/00000000-0000-7000-8000-000000000000`,
    `https://tracker.example/${stamp}.gif`,
  ];
  const description = pictures.map((at, n) => `![picture ${n}](<${at}>)`).join('\n\n');
  const { key } = await lead.post<{ key: string }>('/projects/ENG/issues', { title: `Asks ${stamp}`, description });
  await beSignedIn(page, 'viewer');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`/issues/${key}`);
  await expect(page.getByRole('link', { name: 'Picture: picture 0' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Picture: picture 4' })).toBeVisible();
  await expect(page.locator('.ii-prose img')).toHaveCount(0);
  const wrong = asked.filter((url) => /\/attachments\/|search|tracker/.test(new URL(url).pathname + url.split('?')[1]));
  expect(wrong.filter((url) => !url.includes(`/issues/${key}/attachments`))).toEqual([]);
});
