import { beSignedIn, expect, expectAccessibleInBothThemes, test } from '../support/test.ts';

/**
 * An issue that repeats another is merged into it and says so; what was said on it is read with the
 * other, which names where it came from; taken back, both stand as they did.
 */
test('a duplicate is merged into what it repeats, and taken out of it again', async ({ page, api }) => {
  const stamp = Date.now().toString(36);
  const lead = await api('lead');
  const original = await lead.post<{ key: string }>('/projects/ENG/issues', { title: `Original ${stamp}` });
  const { key } = await lead.post<{ key: string }>('/projects/ENG/issues', { title: `Repeated ${stamp}` });
  await lead.post(`/issues/${key}/comments`, { body: `Said there ${stamp}` });

  // From the issue's page, by keyboard.
  await beSignedIn(page, 'lead');
  await page.goto(`/issues/${key}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Repeated');
  const status = page.getByRole('complementary').getByRole('button', { name: /status/i });
  await expect(status).toContainText('Open');
  await page.keyboard.press('Shift+D');
  const dialog = page.getByRole('dialog', { name: `Merge ${key} into another issue` });
  await dialog.getByLabel('Key of the issue that it repeats').fill(original.key.toLowerCase());
  await expectAccessibleInBothThemes(page);
  await dialog.getByRole('button', { name: `Merge into ${original.key}` }).click();
  await expect(dialog).toBeHidden();
  const banner = page.getByRole('status').filter({ hasText: `Merged into ${original.key}, where` });
  await expect(banner.getByRole('button', { name: 'Unmerge' })).toBeVisible();
  await expect(status).toContainText('Done');

  // The way to the other; what was said is read there and tells where it came from.
  await banner.getByRole('link', { name: original.key }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Original');
  const comment = page.getByRole('article').filter({ hasText: `Said there ${stamp}` });
  await expect(comment).toContainText(`from ${key}`);
  await comment.getByRole('link', { name: key }).click();

  // And back.
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Repeated');
  await banner.getByRole('button', { name: 'Unmerge' }).click();
  await expect(page.getByText(`${key} stands for itself again.`)).toBeVisible();
  await expect(banner).toBeHidden();
  await expect(status).toContainText('Open');
  await page.goto(`/issues/${original.key}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Original');
  await expect(page.getByText(`took ${key} out of it again`)).toBeVisible();
  await expect(page.getByText(`Said there ${stamp}`)).toBeHidden();
});

test('what happens to a merged duplicate is seen where it is shown, without a reload', async ({ page, api }) => {
  const lead = await api('lead');
  const made = async (title: string): Promise<string> =>
    (await lead.post<{ key: string }>('/projects/ENG/issues', { title })).key;
  const [original, duplicate, other] = [await made('Heard once'), await made('Heard twice'), await made('Heard thrice')];
  for (const key of [duplicate, other]) {
    await lead.fetch('POST', `/issues/${key}/merge`, { into: original });
  }
  await beSignedIn(page, 'viewer');
  await page.goto(`/issues/${original}`);
  await expect(page.getByRole('heading', { name: 'Heard once' })).toBeVisible();
  // Whoever comments on the duplicate is heard here, and watches this.
  const maintainer = await api('maintainer');
  await maintainer.post(`/issues/${duplicate}/comments`, { body: 'It goes on.' });
  const said = page.getByRole('article').filter({ hasText: 'It goes on.' });
  await expect(said.getByRole('link', { name: duplicate })).toBeVisible();
  expect((await maintainer.get(`/issues/${original}`)).watching).toBe(true);
  // Moved, it goes by its new key.
  const moved = await lead.fetch('POST', `/issues/${duplicate}/move`, { project: 'OPS' });
  const { issue } = (await moved.json()) as { issue: { key: string } };
  await expect(said.getByRole('link', { name: issue.key })).toBeVisible();

  // And the duplicate's page follows what it repeats.
  await page.goto(`/issues/${other}`);
  await expect(page.getByText('Merged into').getByRole('link', { name: original })).toBeVisible();
  const away = await lead.fetch('POST', `/issues/${original}/move`, { project: 'OPS' });
  const { issue: there } = (await away.json()) as { issue: { key: string } };
  await expect(page.getByText('Merged into').getByRole('link', { name: there.key })).toBeVisible();
});
