import { beSignedIn, expect, test } from '../support/test.ts';

type Made = { key: string };

const word = (): string => `w${Date.now().toString(36)}x`;

test('among all projects, the filter offers what any of them calls its labels and statuses', async ({ page, api }) => {
  const lead = await api('lead');
  const mark = word();
  for (const project of ['APP', 'ENG', 'SEC']) {
    await lead.post(`/projects/${project}/labels`, { name: `${mark} shared` });
  }
  await lead.post('/projects/SEC/labels', { name: `${mark} secret` });
  const made: Made[] = [];
  for (const project of ['APP', 'ENG']) {
    made.push(await lead.post<Made>(`/projects/${project}/issues`, { title: `In ${project} ${mark}`, labels: [`${mark} shared`] }));
  }
  await lead.post('/projects/ENG/issues', { title: `Plain ${mark}` });
  await beSignedIn(page, 'viewer');
  await page.goto('/issues');
  await expect(page.getByRole('heading', { name: 'All issues' })).toBeVisible();

  // As text, by keyboard alone: the name of two projects is one, and what viewers may not see is none.
  await page.keyboard.press('/');
  const filter = page.getByRole('combobox', { name: 'Filter' });
  await expect(filter).toBeFocused();
  await page.keyboard.type(`label:${mark}`);
  const offers = page.getByRole('listbox', { name: 'What can come next' }).getByRole('option');
  await expect(offers).toHaveText([new RegExp(`"${mark} shared"`)]);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(filter).toHaveValue(`label:"${mark} shared" `);
  for (const { key } of made) {
    await expect(page.getByRole('row').filter({ hasText: key })).toBeVisible();
  }
  await expect(page.getByRole('row').filter({ hasText: `Plain ${mark}` })).toHaveCount(0);

  await page.keyboard.type('status:in_pro');
  await expect(offers.first()).toContainText('in_progress');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByText('No issue matches')).toBeVisible();

  // From the menu, where what is typed is looked up too.
  await page.goto('/issues');
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('option', { name: 'Label' }).click();
  await page.getByRole('combobox', { name: 'Label' }).fill(mark);
  await expect(page.getByRole('listbox', { name: 'Label' }).getByRole('option')).toHaveText([new RegExp(`${mark} shared`)]);
  await page.keyboard.press('Enter');
  for (const { key } of made) {
    await expect(page.getByRole('row').filter({ hasText: key })).toBeVisible();
  }
  await expect(page.getByRole('row').filter({ hasText: `Plain ${mark}` })).toHaveCount(0);
});

test('on a small screen there is room to choose beside a half-written filter', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await beSignedIn(page, 'viewer');
  await page.goto('/issues');
  const filter = page.getByRole('combobox', { name: 'Filter' });
  await filter.fill('label:');
  const offers = page.getByRole('listbox', { name: 'What can come next' });
  await expect(offers.getByRole('option').first()).toBeVisible();
  expect((await offers.boundingBox())?.width).toBeGreaterThan(200);
  // Nothing is wrong while somebody chooses; asked for as it is, what is missing is said below the field, which
  // keeps its width.
  const missing = page.getByText('A value is missing after');
  await expect(missing).toHaveCount(0);
  await filter.press('Enter');
  await expect(missing).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});
