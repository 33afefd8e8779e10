import {
  beSignedIn,
  expect,
  expectAccessibleInBothThemes,
  newPerson,
  test,
  type Api,
} from '../support/test.ts';

interface View {
  id: string;
  name: string;
  query: string;
  shared: boolean;
  layout: { group_by?: string; columns?: string[]; display?: string };
}

const word = (): string => `v${Date.now().toString(36)}`;

async function views(api: Api, name: string): Promise<View[]> {
  const page = await api.get<{ items: View[] }>('/views?limit=100');
  return page.items.filter((view) => view.name.includes(name));
}

/** A project of its own, so that the views of other journeys are not in the way. */
async function project(lead: Api): Promise<string> {
  const key = `V${Date.now().toString(36).toUpperCase().slice(-7)}`;
  await lead.post('/projects', { key, name: `Views ${key}`, template: 'software', visibility: 'internal' });
  await lead.post(`/projects/${key}/issues`, { title: 'Sync fails', severity: 'critical' });
  await lead.post(`/projects/${key}/issues`, { title: 'Map is blank' });
  return key;
}

test('a filter with its layout is saved, opened, changed, shared and deleted', async ({ page, browser, api }) => {
  test.setTimeout(120_000);
  const lead = await api('lead');
  const key = await project(lead);
  const name = `Worst ${word()}`;
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/${key}/issues?q=${encodeURIComponent('severity:>=high sort:-priority')}&group=severity`);
  await expect(page.getByRole('link', { name: 'Sync fails' })).toBeVisible();

  // Saved by keyboard: it is in the address, in the sidebar and in the head of the list.
  await page.keyboard.press('v');
  await page.getByRole('menuitem', { name: 'Save as a view…' }).click();
  await page.getByLabel('Name').fill(name);
  await expectAccessibleInBothThemes(page);
  await page.keyboard.press('Enter');
  const side = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name });
  await expect(side).toHaveAttribute('aria-current', 'page');
  await expect(page).toHaveURL(/view=/);
  // It alone is where one is, and it says how many it finds, also when there is one more.
  await expect(page.getByRole('navigation', { name: 'Main' }).locator('[aria-current]')).toHaveCount(1);
  await expect(side).toHaveText(`${name}1`);
  const another = await lead.post<{ key: string }>(`/projects/${key}/issues`, { title: 'Lost', severity: 'high' });
  await expect(side).toHaveText(`${name}2`, { timeout: 30_000 });
  await lead.patch(`/issues/${another.key}`, { severity: 'low' });
  const head = page.getByRole('button', { name: new RegExp(name) });
  await expect(head).not.toContainText('changed');
  const [saved] = await views(lead, name);
  expect(saved).toMatchObject({ shared: false, query: 'severity:>=high sort:-priority', layout: { group_by: 'severity' } });

  // What is changed is told, can be dropped, and can be saved.
  await page.getByRole('button', { name: 'Severity', exact: true }).first().click();
  await page.getByRole('option', { name: 'Assignee' }).click();
  await expect(head).toContainText('changed');
  await head.click();
  await page.getByRole('menuitem', { name: 'Back to what was saved' }).click();
  await expect(page).toHaveURL(/group=severity/);
  await expect(head).not.toContainText('changed');
  await page.getByRole('combobox', { name: 'Filter' }).fill('severity:critical');
  await expect(page.getByRole('row')).toHaveCount(3);
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(head).not.toContainText('changed');
  await expect.poll(async () => (await views(lead, name))[0]?.query).toBe('severity:critical');

  // Another person does not have it, but the link shows the same, and says so.
  const link = page.url();
  const other = await newPerson(browser, 'developer');
  await other.goto(link);
  await expect(other.getByText('This view does not exist for you.')).toBeVisible();
  await expect(other.getByRole('link', { name: 'Sync fails' })).toBeVisible();
  await expect(other.getByRole('link', { name: 'Map is blank' })).toHaveCount(0);
  await expectAccessibleInBothThemes(other);
  await other.getByRole('button', { name: 'All right' }).click();
  await expect(other).not.toHaveURL(/view=/);

  // Shared, it is theirs to open, by a link that names nothing else, and not to change.
  await page.keyboard.press('v');
  await page.getByRole('menuitem', { name: 'Share with the project' }).click();
  await expect(page.getByText(`Everybody who sees ${key} has the view`)).toBeVisible();
  await other.goto(`/projects/${key}/issues?view=${saved?.id ?? ''}`);
  await expect(other).toHaveURL(/q=severity%3Acritical/);
  await expect(other.getByRole('button', { name: new RegExp(name) })).toBeVisible();
  await other.keyboard.press('v');
  const rename = other.getByRole('menuitem', { name: 'Rename…' });
  await expect(rename).toHaveAttribute('aria-disabled', 'true');
  await expect(other.getByText('It takes the role maintainer', { exact: false }).first()).toBeVisible();
  await expectAccessibleInBothThemes(other);
  await other.keyboard.press('Escape');

  // The palette finds it.
  await other.goto('/');
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('Dashboard');
  await other.keyboard.press('Control+k');
  await other.getByRole('combobox', { name: /Words, a key/ }).fill(name);
  await expect(other.getByRole('option', { name: new RegExp(name) }).first()).toBeVisible();
  await other.getByRole('option', { name: new RegExp(name) }).first().click();
  await expect(other).toHaveURL(new RegExp(`/projects/${key}/issues\\?view=`));

  // Renamed and deleted.
  await page.keyboard.press('v');
  await page.getByRole('menuitem', { name: 'Rename…' }).click();
  await page.getByLabel('Name', { exact: true }).fill(`${name} now`);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: `${name} now` })).toBeVisible();
  await page.keyboard.press('v');
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await page.getByRole('button', { name: 'Delete the view' }).click();
  await expect(page.getByText(`The view “${name} now” is deleted.`)).toBeVisible();
  await expect(page).not.toHaveURL(/view=/);
  expect(await views(lead, name)).toEqual([]);
  await other.context().close();
});

test('a board is a view too', async ({ page, api }) => {
  const lead = await api('lead');
  const key = await project(lead);
  const name = `Mine ${word()}`;
  await page.setViewportSize({ width: 360, height: 740 });
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/${key}/board?lanes=priority&q=severity%3Acritical`);
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: 'Save as a view…' }).click();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel(`Everybody who sees ${key}`).check();
  await page.getByRole('button', { name: 'Save the view' }).click();
  await expect(page).toHaveURL(/board\?view=/);
  await expectAccessibleInBothThemes(page);
  await page.goto(`/projects/${key}/issues`);
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitemradio', { name: new RegExp(name) }).click();
  await expect(page).toHaveURL(/board\?view=.*lanes=priority/);
  expect((await views(lead, name))[0]).toMatchObject({ shared: true, layout: { display: 'board', group_by: 'priority' } });
});

test('every view that can be seen says how many it finds, however many there are', async ({ page, api }) => {
  test.setTimeout(120_000);
  const lead = await api('lead');
  const key = await project(lead);
  for (let n = 10; n < 40; n += 1) {
    await lead.post('/views', { name: `View ${String(n)}`, query: 'severity:critical', project: key, shared: true });
  }
  const asked: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.pathname === '/api/v1/issues' && url.searchParams.get('limit') === '1') asked.push(url.search);
  });
  await beSignedIn(page, 'viewer');
  await page.goto(`/projects/${key}/issues`);
  const main = page.getByRole('navigation', { name: 'Main' });
  const line = (n: number) => main.getByRole('link', { name: `View ${String(n)}` });
  await expect(line(10)).toHaveText('View 101');
  await expect(line(21)).toHaveText('View 211');
  // What is below the edge is not asked before somebody looks there.
  expect(asked.length).toBeLessThan(30);
  await expect(line(39)).toHaveText('View 39');
  await line(39).scrollIntoViewIfNeeded();
  await expect(line(39)).toHaveText('View 391');
});
