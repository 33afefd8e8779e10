import { beSignedIn, expect, expectAccessibleInBothThemes, test, type Api } from '../support/test.ts';

type Made = { key: string; title: string };
type Plan = { parent: string | null; affected_version: string | null; fixed_version: string | null; start_date: string | null };

/** Issues of ENG that nobody else's journey touches; found again by the word in their titles. */
async function some(api: Api, mark: string, ...titles: string[]): Promise<[Made, Made]> {
  const made: Made[] = [];
  for (const title of titles) made.push(await api.post<Made>('/projects/ENG/issues', { title: `${title} ${mark}` }));
  const [first, second] = made;
  if (first === undefined || second === undefined) throw new Error('nothing was made');
  return [first, second];
}

const word = (): string => `r${Date.now().toString(36)}w`;
const NEW = 'cols=key,title,parent,affected,fixed,start,assignee';

test('start, versions and parent are changed in the row, by click and by keyboard alone', async ({ page, api }) => {
  const lead = await api('lead');
  const mark = word();
  const [whole, part] = await some(lead, mark, 'Whole', 'Part');
  const version = `8.${mark}`;
  await lead.post('/projects/ENG/versions', { name: version });
  const plan = async (): Promise<unknown[]> => {
    const now = await lead.get<Plan>(`/issues/${part.key}`);
    return [now.parent, now.affected_version, now.fixed_version, now.start_date];
  };
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/ENG/issues?text=${mark}&sort=key&${NEW}`);
  const row = page.getByRole('row').filter({ hasText: part.title });

  // By click; what was pressed has the focus again.
  await row.getByTitle('Change start').click();
  await page.getByLabel('Start', { exact: true }).fill('2030-01-31');
  await page.keyboard.press('Enter');
  await expect(row.getByRole('button', { name: '31 Jan 2030' })).toBeFocused();
  await expect.poll(plan).toEqual([null, null, null, '2030-01-31']);

  // By keyboard, from cell to cell.
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  const fixed = page.getByRole('combobox', { name: 'Fixed in' });
  await expect(fixed).toBeFocused();
  await expect(page.getByRole('option', { name: version })).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await page.keyboard.type(version);
  await page.keyboard.press('Enter');
  await expect(row.getByRole('button', { name: version })).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: 'Seen in' }).press('Escape');
  await expect(row.getByTitle('Change seen in')).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('combobox', { name: /of the parent/ })).toBeFocused();
  await page.keyboard.type(whole.key);
  await expect(page.getByRole('option', { name: new RegExp(whole.title) })).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await page.keyboard.press('Enter');
  await expect(row.getByTitle('Change parent')).toHaveText(whole.key);
  await expect.poll(plan).toEqual([whole.key, null, version, '2030-01-31']);

  // Taken back by key, once the page knows that it is done, and given again through the menu.
  await expect(page.locator('.ii-pend')).toHaveCount(0);
  await page.keyboard.press('z');
  await expect.poll(plan).toEqual([null, null, version, '2030-01-31']);
  await expect(row.getByTitle('Change parent')).toHaveText('–');
  await page.keyboard.press('m');
  await page.getByRole('menuitem', { name: 'Change a field …' }).press('Enter');
  await page.getByRole('combobox', { name: 'Change which field?' }).fill('parent');
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: /of the parent/ }).fill(whole.key);
  await page.getByRole('option', { name: new RegExp(whole.title) }).click();
  await expect.poll(plan).toEqual([whole.key, null, version, '2030-01-31']);

  // What would lead in a circle is refused: the value comes back, with the reason.
  const above = page.getByRole('row').filter({ hasText: whole.title });
  await above.getByTitle('Change parent').click();
  await page.getByRole('combobox', { name: /of the parent/ }).fill(part.key);
  await page.getByRole('option', { name: new RegExp(part.title) }).click();
  const told = page.getByRole('alert').filter({ hasText: 'Parent was not changed.' });
  await expect(told).toContainText('An issue cannot be below itself.');
  await expect(above.getByTitle('Change parent')).toHaveText('–');
  expect((await lead.get<Plan>(`/issues/${whole.key}`)).parent).toBeNull();

  // Another person's change shows in the row.
  const other = await api('maintainer');
  await other.patch(`/issues/${part.key}`, { start_date: '2030-02-28', fixed_version: null, affected_version: version });
  await expect(row.getByTitle('Change start')).toHaveText('28 Feb 2030');
  await expect(row.getByTitle('Change fixed in')).toHaveText('–');
  await expect(row.getByTitle('Change seen in')).toHaveText(version);

  // The issue says the same.
  await page.goto(`/issues/${part.key}`);
  const facts = page.getByRole('complementary', { name: 'Facts' });
  await expect(facts.getByRole('button', { name: `Change parent, now ${whole.key}` })).toBeVisible();
  await expect(facts.getByRole('button', { name: 'Change start, now 28 Feb 2030' })).toBeVisible();
  await expect(facts.getByRole('button', { name: `Change seen in, now ${version}` })).toBeVisible();
});

test('two people at the version of a row, and rows that may not be changed', async ({ page, api }) => {
  const lead = await api('lead');
  const mark = word();
  const [one, two] = await some(lead, mark, 'Contested', 'Other');
  for (const name of ['mine', 'theirs']) await lead.post('/projects/ENG/versions', { name: `${name}-${mark}` });
  await beSignedIn(page, 'lead');
  // Without the stream the list does not hear of the other one's change.
  await page.route('**/api/v1/stream**', (route) => route.abort());
  await page.goto(`/projects/ENG/issues?text=${mark}&sort=key&${NEW}`);
  const row = page.getByRole('row').filter({ hasText: one.title });
  await expect(row).toBeVisible();
  await lead.patch(`/issues/${one.key}`, { fixed_version: `theirs-${mark}` });
  await row.getByTitle('Change fixed in').click();
  await page.getByRole('combobox', { name: 'Fixed in' }).fill(`mine-${mark}`);
  await page.keyboard.press('Enter');
  const merge = page.getByRole('dialog', { name: 'Somebody changed this meanwhile' });
  await expect(merge.getByText(`theirs-${mark}`)).toBeVisible();
  await merge.getByRole('button', { name: 'Save the choice' }).click();
  await expect(merge).toBeHidden();
  await expect.poll(async () => (await lead.get<Plan>(`/issues/${one.key}`)).fixed_version).toBe(`mine-${mark}`);

  // How it ended is changed once it has.
  await lead.patch(`/issues/${two.key}`, { status: 'done' });
  await page.goto(`/projects/ENG/issues?state=all&text=${mark}&sort=key&cols=key,title,resolution`);
  await expect(page.getByTitle('Change resolution')).toHaveCount(1);
  await page.getByTitle('Change resolution').click();
  await page.getByRole('combobox', { name: 'Resolution' }).fill('duplicate');
  await page.keyboard.press('Enter');
  await expect(page.getByTitle('Change resolution')).toHaveText('Duplicate');
  await expect.poll(async () => (await lead.get(`/issues/${two.key}`)).resolution).toBe('duplicate');

  // The past is read, and says so.
  const then = encodeURIComponent(new Date(Date.now() - 1000).toISOString());
  await page.goto(`/projects/ENG/issues?state=all&text=${mark}&${NEW}&as_of=${then}`);
  await page.getByTitle('Change fixed in').first().click();
  await expect(page.getByRole('alert')).toContainText('This is how it was.');
});

test('who may not change a row is told why, at each of its cells', async ({ page, api }) => {
  const mark = word();
  const [one] = await some(await api('lead'), mark, 'Not yours', 'Nor this');
  await beSignedIn(page, 'viewer');
  await page.goto(`/projects/ENG/issues?text=${mark}&${NEW}`);
  const row = page.getByRole('row').filter({ hasText: one.title });
  for (const field of ['start', 'seen in', 'fixed in', 'parent']) {
    await row.getByTitle(`Change ${field}`).click();
    await expect(page.getByRole('alert')).toContainText('It takes the role maintainer');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(row.getByTitle(`Change ${field}`)).toBeFocused();
  }
});

test('however many columns are chosen, titles can be read and nothing moves sideways', async ({ page, api }) => {
  const mark = word();
  const [one] = await some(await api('lead'), mark, 'Among very many columns', 'Another');
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/ENG/issues?text=${mark}`);
  await page.getByRole('button', { name: 'Columns', exact: true }).click();
  const boxes = page.getByRole('group', { name: 'Columns and folding' });
  for (const name of ['Parent', 'Seen in', 'Fixed in', 'Start', 'Created', 'Project', 'Labels', 'Votes', 'Due', 'Reporter', 'Type', 'Resolution']) {
    await boxes.getByRole('checkbox', { name }).check();
  }
  // Those that stand nowhere are named, and the others are there.
  await expect(boxes.getByText('no room').first()).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'Fixed in' })).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await page.keyboard.press('Escape');
  const sideways = (): Promise<number> =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const title = page.getByRole('link', { name: one.title });
  for (const width of [1920, 1440, 1100, 1024]) {
    await page.setViewportSize({ width, height: 900 });
    await expect.poll(async () => (await title.boundingBox())?.width ?? 0).toBeGreaterThan(120);
    expect(await sideways()).toBe(0);
  }
  await page.setViewportSize({ width: 360, height: 740 });
  await expect(title).toBeVisible();
  expect(await sideways()).toBe(0);
  // A field without room is changed from the row's menu, there too.
  await page.getByRole('button', { name: `What can be done with ${one.key}` }).click();
  await page.getByRole('menuitem', { name: 'Change a field …' }).click();
  await page.getByRole('combobox', { name: 'Change which field?' }).fill('start');
  await page.keyboard.press('Enter');
  await page.getByLabel('Start', { exact: true }).fill('2030-03-01');
  await expectAccessibleInBothThemes(page);
  await page.keyboard.press('Enter');
  const lead = await api('lead');
  await expect.poll(async () => (await lead.get<Plan>(`/issues/${one.key}`)).start_date).toBe('2030-03-01');
  expect(await sideways()).toBe(0);
});

test('what one voted for says how many did, and its tab is in sight on a small screen', async ({ page, api }) => {
  const lead = await api('lead');
  const mark = word();
  const [one] = await some(lead, mark, 'Wanted', 'Not so much');
  for (const name of ['lead', 'developer']) {
    expect((await (await api(name)).fetch('PUT', `/issues/${one.key}/vote`)).ok()).toBe(true);
  }
  await beSignedIn(page, 'lead');
  await page.goto('/my?tab=voted');
  const row = page.getByRole('row').filter({ hasText: one.title });
  await expect(page.getByRole('columnheader', { name: 'Votes' })).toBeVisible();
  await expect(row.getByText('You voted, 2')).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.reload();
  const tab = page.getByRole('button', { name: /^Voted/ });
  await expect(tab).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(async () => {
    const box = await tab.boundingBox();
    return box !== null && box.x >= 0 && box.x + box.width <= 360;
  }).toBe(true);
});
