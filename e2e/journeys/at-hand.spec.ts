import { beSignedIn, expect, test, type Api } from '../support/test.ts';

interface Made {
  key: string;
}

/** A project of its own, so that what is there is known. */
async function project(lead: Api, letter: string): Promise<string> {
  const key = `${letter}${Date.now().toString(36).toUpperCase().slice(-7)}`;
  await lead.post('/projects', { key, name: `At hand ${key}`, template: 'software', visibility: 'internal' });
  return key;
}

const report = (lead: Api, key: string, title: string): Promise<Made> =>
  lead.post<Made>(`/projects/${key}/issues`, { title });

test('fields are changed, taken back and given up by key', async ({ page, api }) => {
  const lead = await api('lead');
  const key = await project(lead, 'K');
  const epic = await report(lead, key, 'A house by the sea');
  const one = await report(lead, key, 'The roof leaks');
  await beSignedIn(page, 'lead');
  await page.goto(`/issues/${one.key}`);
  const facts = page.getByRole('complementary', { name: 'Facts' });
  await expect(facts.getByText('Nobody')).toBeVisible();

  await page.keyboard.press('d');
  await page.getByLabel('Due', { exact: true }).fill('2031-12-31');
  await page.keyboard.press('Enter');
  await expect(facts).toContainText('31 Dec 2031');
  await expect.poll(async () => (await lead.get<{ due_date: string }>(`/issues/${one.key}`)).due_date).toBe('2031-12-31');
  // Only what the page knows to be done can be taken back.
  await expect(page.locator('.ii-pend')).toHaveCount(0);
  await page.keyboard.press('z');
  await expect(page.getByText(`Due of ${one.key} is as it was.`)).toBeVisible();
  await expect(facts).not.toContainText('31 Dec 2031');

  await page.keyboard.press('i');
  await expect(facts.getByText('Leo Lead').first()).toBeVisible();
  await expect(facts.getByText('Nobody')).toBeHidden();
  await page.keyboard.press('i');
  await expect(facts.getByText('Nobody')).toBeVisible();

  // A list that is longer than its window follows the cursor.
  for (let n = 10; n < 26; n += 1) await lead.post(`/projects/${key}/labels`, { name: `label ${n}` });
  await page.keyboard.press('l');
  const label = page.getByRole('option', { name: /label 24/ });
  await expect(label).not.toBeInViewport();
  for (let n = 0; n < 14; n += 1) await page.keyboard.press('ArrowDown');
  await expect(label).toBeInViewport({ ratio: 0.9 });
  await page.keyboard.press('Escape');

  // The parent is found by its title, and shown with it.
  await facts.getByRole('button', { name: /^Change parent/ }).click();
  await page.getByRole('combobox', { name: 'Key or title of the parent' }).fill('house by');
  await page.getByRole('option', { name: new RegExp(epic.key) }).click();
  await expect(facts).toContainText('A house by the sea');
});

test('a key that is refused says why', async ({ page, api }) => {
  const lead = await api('lead');
  const key = await project(lead, 'R');
  const one = await report(lead, key, 'Not yours');
  await beSignedIn(page, 'viewer');
  await page.goto(`/issues/${one.key}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Not yours');
  await page.keyboard.press('d');
  await expect(page.getByRole('alert').filter({ hasText: 'You may not' })).toBeVisible();
  await page.goto(`/projects/${key}/triage`);
  await expect(page.getByRole('heading', { level: 2 })).toHaveText('Not yours');
  await page.keyboard.press('1');
  await expect(page.getByRole('status').filter({ hasText: 'You may not' })).toBeVisible();
});

test('every page is near: by key, by the palette, by its address', async ({ page, api }) => {
  const lead = await api('lead');
  const key = await project(lead, 'P');
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/${key}/board`);
  await expect(page.getByText('No cards yet')).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await expect(page).toHaveURL(new RegExp(`/projects/${key}/triage$`));
  await expect(page.getByText('Nothing to decide')).toBeVisible();

  await page.keyboard.press('Control+k');
  const words = page.getByRole('combobox', { name: /Words, a key/ });
  await words.fill('board');
  await expect(page.getByRole('listbox', { name: 'Results' }).getByRole('option').first()).toContainText('Go to the board');
  await words.fill('release notes');
  await page.getByRole('option', { name: /Versions and release notes/ }).click();
  await expect(page).toHaveURL(/settings\?tab=versions$/);
  await expect(page.getByRole('tab', { name: 'Versions' })).toHaveAttribute('aria-selected', 'true');
  // The tab is in the address, and steps through the history.
  await page.getByRole('tab', { name: 'Labels' }).click();
  await expect(page).toHaveURL(/tab=labels$/);
  await page.goBack();
  await expect(page.getByRole('tab', { name: 'Versions' })).toHaveAttribute('aria-selected', 'true');
});

test('chips and text are one filter, and people are offered everywhere', async ({ page }) => {
  await beSignedIn(page, 'lead');
  await page.goto('/issues?q=is%3Aopen%20updated%3A%3E-30d%20(type%3Abug%20OR%20type%3Atask)');
  await page.getByRole('button', { name: 'Change the filter updated:>-30d' }).click();
  const field = page.getByRole('combobox', { name: 'Filter' });
  await expect(field).toBeFocused();
  await page.keyboard.type('updated:>-7d');
  await expect(page).toHaveURL(/updated%3A%3E-7d/);
  await field.fill('assignee:dan');
  await expect(page.getByRole('option', { name: /developer.*Dana Developer/ })).toBeVisible();
});

test('a long board is divided by epics, which carry their titles', async ({ page, api }) => {
  test.setTimeout(120_000);
  const lead = await api('lead');
  const key = await project(lead, 'L');
  const epic = await report(lead, key, 'A house by the sea, with a garden and a very long name');
  const part = await report(lead, key, 'The roof');
  await lead.patch(`/issues/${part.key}`, { parent: epic.key });
  // More than a column shows at first.
  for (let n = 0; n < 205; n += 1) await report(lead, key, `Card ${n}`);
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/${key}/board`);
  await expect(page.getByRole('listitem', { name: new RegExp(`^${part.key} `) })).toBeVisible();
  await page.getByRole('button', { name: /^Lanes/ }).click();
  await page.getByRole('option', { name: /Epic or parent/ }).click();
  await expect(page).toHaveURL(/lanes=parent/);
  await expect(page.getByRole('link', { name: `${epic.key} A house by the sea, with a garden and a very long name` })).toBeVisible();
  await expect(page.getByRole('list', { name: `Open, ${epic.key}` }).getByRole('listitem')).toHaveCount(1);
  // Also on a small screen.
  await page.setViewportSize({ width: 360, height: 740 });
  await expect(page.getByRole('link', { name: `${epic.key} A house by the sea, with a garden and a very long name` })).toBeVisible();
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(sideways).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: /^Lanes/ }).click();
  await page.getByRole('option', { name: /Priority/ }).click();
  await expect(page.getByRole('listitem', { name: new RegExp(`^${part.key} `) })).toBeVisible();
});

test('a plan is given with the report, and a draft that was thrown away comes back', async ({ page, api }) => {
  const lead = await api('lead');
  const key = await project(lead, 'N');
  await lead.post(`/projects/${key}/versions`, { name: '4.2' });
  await beSignedIn(page, 'lead');
  await page.goto(`/new?project=${key}`);
  const title = page.getByLabel('Title', { exact: true });
  await title.fill('With a plan');
  await page.getByText('Plan: versions, points, dates, parent').click();
  await page.getByLabel('Fixed in').selectOption('4.2');
  await page.getByLabel('Points').fill('5');
  await page.getByLabel('Due', { exact: true }).fill('2031-12-31');
  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(title).toHaveValue('');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(title).toHaveValue('With a plan');
  await page.getByLabel('Key of the parent issue').fill(`${key}-99`);
  await page.getByRole('button', { name: /Create issue/ }).click();
  await expect(page.getByLabel('Key of the parent issue')).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Key of the parent issue').fill('');
  await page.getByRole('button', { name: /Create issue/ }).click();
  await expect(page).toHaveURL(new RegExp(`/issues/${key}-1$`));
  const made = await lead.get<Record<string, unknown>>(`/issues/${key}-1`);
  expect([made.fixed_version, made.story_points, made.due_date]).toEqual(['4.2', 5, '2031-12-31']);
});
