import { beSignedIn, expect, Finger, newPerson, test, type Api } from '../support/test.ts';
import type { Locator, Page } from '@playwright/test';

interface Card {
  key: string;
}

interface Board {
  columns: { status: { slug: string }; count: number; cards: Card[] }[];
}

/** A project of its own, so that counts and orders are known: the workflow of a development team. */
async function project(lead: Api): Promise<string> {
  const key = `B${Date.now().toString(36).toUpperCase()}`;
  await lead.post('/projects', { key, name: `Board ${key}`, template: 'software', visibility: 'internal' });
  return key;
}

async function report(lead: Api, key: string, titles: string[]): Promise<string[]> {
  const keys: string[] = [];
  for (const title of titles) keys.push((await lead.post<Card>(`/projects/${key}/issues`, { title })).key);
  return keys;
}

const cell = (page: Page, name: string): Locator => page.getByRole('list', { name, exact: true });
const card = (page: Page, key: string): Locator => page.getByRole('listitem', { name: new RegExp(`^${key} `) });
const keysIn = (page: Page, name: string): Promise<(string | null)[]> =>
  cell(page, name).getByRole('listitem').locator('.ii-key').allTextContents();

async function order(api: Api, key: string, status: string): Promise<string[]> {
  const board = await api.get<Board>(`/projects/${key}/board`);
  return board.columns.find((column) => column.status.slug === status)?.cards.map((one) => one.key) ?? [];
}

/** Pulls a card with the mouse, in small steps as a hand does, and lets it go. */
async function drag(page: Page, what: Locator, to: Locator, where: { y: number }): Promise<void> {
  const from = await what.boundingBox();
  const target = await to.boundingBox();
  if (!from || !target) throw new Error('nothing to drag');
  await page.mouse.move(from.x + 40, from.y + 12);
  await page.mouse.down();
  await page.mouse.move(from.x + 60, from.y + 20, { steps: 4 });
  await page.mouse.move(target.x + target.width / 2, target.y + where.y, { steps: 12 });
}

test('engineer at the board: pointer, keyboard, menu, limits, refusals, and somebody else at the same board', async ({
  page,
  browser,
  api,
}) => {
  test.setTimeout(120_000);
  const lead = await api('lead');
  const key = await project(lead);
  const [one = '', two = '', three = ''] = await report(lead, key, ['Sync fails', 'Login is slow', 'Map is blank']);
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/${key}/board`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Board');
  await expect(cell(page, 'Open').getByRole('listitem')).toHaveCount(3);
  expect(await keysIn(page, 'Open')).toEqual([one, two, three]);

  // A colleague looks at the same board.
  const other = await newPerson(browser, 'maintainer');
  await other.goto(`/projects/${key}/board`);
  await expect(cell(other, 'Open').getByRole('listitem')).toHaveCount(3);

  // By pointer: to the next column. It is there at once, here and there.
  await drag(page, card(page, two), cell(page, 'Assigned'), { y: 40 });
  await expect(page.getByText('Drop to move to Assigned')).toBeVisible();
  await page.mouse.up();
  await expect(cell(page, 'Assigned').getByRole('listitem')).toHaveCount(1);
  await expect(cell(other, 'Assigned').getByText(two)).toBeVisible();
  await expect.poll(() => order(lead, key, 'assigned')).toEqual([two]);

  // Where the workflow has no step the column says so, and the card stays.
  await page.mouse.move(5, 5);
  await drag(page, card(page, one), cell(page, 'Under review'), { y: 60 });
  await expect(page.getByText('Not from Open. From there: Assigned, On hold, Done.', { exact: true })).toBeVisible();
  await page.mouse.up();
  await page.mouse.move(5, 5);
  expect(await keysIn(page, 'Open')).toEqual([one, three]);

  // By pointer within the column: the order is the one everybody sees.
  await drag(page, card(page, three), card(page, one), { y: 4 });
  await page.mouse.up();
  await page.mouse.move(5, 5);
  await expect.poll(() => order(lead, key, 'open')).toEqual([three, one]);
  await expect.poll(() => keysIn(other, 'Open')).toEqual([three, one]);

  // By keyboard: Space lifts, arrows move, Escape puts back, Space drops; all of it is said.
  const said = page.locator('[aria-live=assertive]');
  await card(page, one).focus();
  await page.keyboard.press('Space');
  await expect(said).toContainText(`${one} lifted. Open, 2 of 2.`);
  await page.keyboard.press('ArrowRight');
  await expect(said).toContainText('Assigned, 2 of 2.');
  await page.keyboard.press('Escape');
  await expect(said).toContainText(`${one} is back in its place.`);
  expect(await keysIn(page, 'Open')).toEqual([three, one]);
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Space');
  await expect(said).toContainText(`${one} dropped. Assigned, 1 of 2.`);
  await expect(card(page, one)).toBeFocused();
  await expect.poll(() => order(lead, key, 'assigned')).toEqual([one, two]);

  // z takes it back.
  await expect(page.getByText(`${one} moved to Assigned.`)).toBeVisible();
  await page.keyboard.press('z');
  await expect.poll(() => order(lead, key, 'open')).toEqual([three, one]);
  await expect(cell(page, 'Open').getByRole('listitem')).toHaveCount(2);

  // By menu: what cannot be chosen says why; a done column asks how it ended.
  await card(page, two).focus();
  await page.keyboard.press('m');
  const menu = page.getByRole('menu', { name: 'Move to' });
  const review = menu.getByRole('menuitem', { name: /Under review/ });
  await expect(review).toHaveAttribute('aria-disabled', 'true');
  await expect(review).toContainText('Not from Assigned.');
  await menu.getByRole('menuitem', { name: 'Done', exact: true }).click();
  await page.getByLabel(`How did ${two} end?`).selectOption({ label: 'Won’t fix' });
  await expect.poll(async () => (await lead.get<{ resolution: string }>(`/issues/${two}`)).resolution).toBe('wont_fix');
  await expect(cell(other, 'Done').getByText(two)).toBeVisible();

  // Enter opens, i assigns to oneself.
  await card(page, three).focus();
  await page.keyboard.press('i');
  await expect(card(page, three).getByRole('img', { name: 'Leo Lead' })).toBeVisible();
  await expect(card(other, three).getByRole('img', { name: 'Leo Lead' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/issues/${three}$`));
  await other.context().close();
});

test('two people drag at the same time and end with the same board', async ({ page, browser, api }) => {
  const lead = await api('lead');
  const key = await project(lead);
  const keys = await report(lead, key, ['First', 'Second', 'Third', 'Fourth']);
  const [first = '', second = '', third = '', fourth = ''] = keys;
  await beSignedIn(page, 'lead');
  const other = await newPerson(browser, 'maintainer');
  for (const somebody of [page, other]) {
    await somebody.goto(`/projects/${key}/board`);
    await expect(cell(somebody, 'Open').getByRole('listitem')).toHaveCount(4);
  }
  // Both hold a card; both let go.
  await drag(page, card(page, fourth), card(page, first), { y: 4 });
  await drag(other, card(other, third), card(other, first), { y: 4 });
  await Promise.all([page.mouse.up(), other.mouse.up()]);
  await Promise.all([page.mouse.move(5, 5), other.mouse.move(5, 5)]);
  await expect.poll(async () => (await order(lead, key, 'open')).slice(2)).toEqual([first, second]);
  const now = await order(lead, key, 'open');
  await expect.poll(() => keysIn(page, 'Open')).toEqual(now);
  await expect.poll(() => keysIn(other, 'Open')).toEqual(now);
  await other.context().close();
});

test('somebody without the right is told which one is missing', async ({ page, api }) => {
  const lead = await api('lead');
  const key = await project(lead);
  const [one = ''] = await report(lead, key, ['Not yours']);
  await beSignedIn(page, 'viewer');
  await page.goto(`/projects/${key}/board`);
  await card(page, one).focus();
  await page.keyboard.press('m');
  const item = page.getByRole('menuitem', { name: /Assigned/ });
  await expect(item).toHaveAttribute('aria-disabled', 'true');
  await expect(item).toContainText('You may not move this issue.');
  await item.click({ force: true });
  await page.keyboard.press('Escape');
  expect(await order(lead, key, 'open')).toEqual([one]);
});

test('on a small screen there is one column at a time', async ({ page, api }) => {
  const lead = await api('lead');
  const key = await project(lead);
  const [one = ''] = await report(lead, key, ['Small']);
  await page.setViewportSize({ width: 360, height: 740 });
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/${key}/board`);
  await expect(card(page, one)).toBeVisible();
  await page.getByRole('tab', { name: /Assigned/ }).click();
  await expect(page).toHaveURL(/column=assigned/);
  await expect(card(page, one)).toBeHidden();
  await page.getByRole('tab', { name: /Open/ }).click();
  await page.getByRole('button', { name: `Move ${one} to` }).click();
  await page.getByRole('menuitem', { name: 'Assigned', exact: true }).click();
  await expect.poll(() => order(lead, key, 'assigned')).toEqual([one]);
});

test('a finger drags after a long press, and a column over its limit says so', async ({ page, api }) => {
  const lead = await api('lead');
  const key = await project(lead);
  const [one = '', two = ''] = await report(lead, key, ['First', 'Second']);
  const flow = await lead.get<{ statuses: { slug: string; wip_limit: number | null }[] }>(`/projects/${key}/workflow`);
  const statuses = flow.statuses.map((status) => (status.slug === 'assigned' ? { ...status, wip_limit: 1 } : status));
  const put = await lead.fetch('PUT', `/projects/${key}/workflow`, { ...flow, statuses });
  expect(put.status(), await put.text()).toBe(200);
  await lead.patch(`/issues/${two}`, { status: 'assigned' });
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/${key}/board`);
  await expect(page.getByText('limit 1', { exact: true })).toBeVisible();
  await expect(card(page, one)).toBeVisible();

  const from = await card(page, one).boundingBox();
  const to = await cell(page, 'Assigned').boundingBox();
  if (!from || !to) throw new Error('nothing to drag');
  const finger = await Finger.on(page);
  const start = { x: from.x + 40, y: from.y + 14 };
  await finger.down(start);
  await expect(page.locator('.ii-inhand')).toBeVisible();
  await finger.move(start, { x: to.x + to.width / 2, y: to.y + 200 });
  await expect(page.getByText('Drop to move to Assigned')).toBeVisible();
  await finger.up();
  await expect.poll(() => order(lead, key, 'assigned')).toEqual([two, one]);
  await expect(page.getByText('over limit 1', { exact: true })).toBeVisible();
  await expect(page.locator('.ii-colhead.over')).toHaveCount(1);
});

test('a move that is refused goes back, and says why', async ({ page, api }) => {
  const lead = await api('lead');
  const key = await project(lead);
  const [one = ''] = await report(lead, key, ['Too late']);
  await beSignedIn(page, 'lead');
  // Without the stream the board does not hear that the project is closed to changes.
  await page.route('**/api/v1/stream**', (route) => route.abort());
  await page.goto(`/projects/${key}/board`);
  await expect(card(page, one)).toBeVisible();
  expect((await lead.fetch('DELETE', `/projects/${key}`)).status()).toBe(204);
  await card(page, one).focus();
  await page.keyboard.press('m');
  await page.getByRole('menuitem', { name: 'Assigned', exact: true }).click();
  const message = page.getByRole('alert').filter({ hasText: `${one} was not moved to Assigned.` });
  await expect(message).toContainText(/archived/i);
  await expect(cell(page, 'Open').getByRole('listitem')).toHaveCount(1);
  await expect(cell(page, 'Assigned').getByRole('listitem')).toHaveCount(0);
});

test('a card goes to another lane by pointer, keyboard, finger and menu, and what a lane stands for changes', async ({
  page,
  api,
}) => {
  test.setTimeout(120_000);
  interface Issue {
    assignee: { username: string } | null;
    parent: string | null;
    status: { slug: string };
    version: number;
    labels: { name: string }[];
    priority: number;
  }
  const lead = await api('lead');
  const key = await project(lead);
  const [one = '', two = '', three = '', epic = '', other = ''] = await report(lead, key, [
    'First',
    'Second',
    'Third',
    'Epic one',
    'Epic two',
  ]);
  for (const name of ['api', 'core', 'map']) await lead.post(`/projects/${key}/labels`, { name });
  await lead.patch(`/issues/${one}`, { assignee: 'developer', parent: epic, labels: ['api'] });
  await lead.patch(`/issues/${two}`, { assignee: 'lead', parent: other, labels: ['map'] });
  await lead.patch(`/issues/${three}`, { labels: ['api', 'core'] });
  const issue = (which: string): Promise<Issue> => lead.get<Issue>(`/issues/${which}`);

  await beSignedIn(page, 'lead');
  await page.goto(`/projects/${key}/board?lanes=assignee`);
  const mine = (column: string): Locator => cell(page, `${column}, Leo Lead`);
  const hers = (column: string): Locator => cell(page, `${column}, Dana Developer`);
  await expect(hers('Open').getByText(one)).toBeVisible();
  const version = (await issue(one)).version;

  // By pointer, to another person and another column: one change, which one key takes back.
  await drag(page, card(page, one), mine('Assigned'), { y: 30 });
  await expect(page.getByText('Drop to move to Assigned, Leo Lead')).toBeVisible();
  await page.mouse.up();
  await page.mouse.move(5, 5);
  await expect(mine('Assigned').getByText(one)).toBeVisible();
  await expect(page.getByText(`${one} moved to Assigned, Leo Lead.`)).toBeVisible();
  expect(await issue(one)).toMatchObject({
    assignee: { username: 'lead' },
    status: { slug: 'assigned' },
    version: version + 1,
  });
  await page.keyboard.press('z');
  await expect(hers('Open').getByText(one)).toBeVisible();
  await expect
    .poll(() => issue(one))
    .toMatchObject({ assignee: { username: 'developer' }, status: { slug: 'open' }, version: version + 2 });

  // Where the workflow has no step, no lane of that column takes it.
  await drag(page, card(page, one), mine('Under review'), { y: 30 });
  await expect(page.locator('.ii-inhand')).toContainText('Not from Open.');
  await page.mouse.up();
  await page.mouse.move(5, 5);
  expect((await issue(one)).version).toBe(version + 2);

  // By keyboard: the arrow goes on into the next lane, and says which.
  const said = page.locator('[aria-live=assertive]');
  await card(page, one).focus();
  await page.keyboard.press('Space');
  await expect(said).toContainText(`${one} lifted. Open, Dana Developer, 1 of 1.`);
  await page.keyboard.press('ArrowDown');
  await expect(said).toContainText('Open, Leo Lead, 1 of 2.');
  await page.keyboard.press('Space');
  await expect(said).toContainText(`${one} dropped. Open, Leo Lead, 1 of 2.`);
  await expect.poll(async () => (await issue(one)).assignee?.username).toBe('lead');
  await expect(card(page, one)).toBeFocused();
  expect(await keysIn(page, 'Open, Leo Lead')).toEqual([one, two]);

  // By finger, to nobody. A lane without cards is gone, and what is below it moves up.
  await expect(hers('Open')).toHaveCount(0);
  // On a page for fingers controls are larger: only then it is known where they are.
  const finger = await Finger.on(page);
  const from = await card(page, two).boundingBox();
  const to = await cell(page, 'Open, Nobody').boundingBox();
  if (!from || !to) throw new Error('nothing to drag');
  const start = { x: from.x + 40, y: from.y + 14 };
  await finger.down(start);
  await expect(page.locator('.ii-inhand')).toBeVisible();
  await finger.move(start, { x: to.x + to.width / 2, y: to.y + 10 });
  await expect(page.getByText('Drop to move to Nobody')).toBeVisible();
  await finger.up();
  await expect.poll(async () => (await issue(two)).assignee).toBeNull();

  // To another epic; an epic is no part of itself.
  await page.goto(`/projects/${key}/board?lanes=parent`);
  await expect(cell(page, `Open, ${epic}`).getByText(one)).toBeVisible();
  await drag(page, card(page, one), cell(page, `Open, ${other}`), { y: 10 });
  await page.mouse.up();
  await page.mouse.move(5, 5);
  await expect.poll(async () => (await issue(one)).parent).toBe(other);
  await expect(cell(page, `Open, ${other}`).getByText(one)).toBeVisible();
  const menu = page.getByRole('menu', { name: 'Move to' });
  await card(page, other).focus();
  await page.keyboard.press('m');
  await expect(menu.getByRole('menuitem', { name: new RegExp(other) })).toHaveAttribute('aria-disabled', 'true');
  await expect(menu.getByRole('menuitem', { name: new RegExp(other) })).toContainText('cannot be a part of itself');
  await page.keyboard.press('Escape');

  // By menu to a label: that of the lane goes, the others stay. One that comes first keeps it out.
  await page.goto(`/projects/${key}/board?lanes=label`);
  await card(page, one).focus();
  await page.keyboard.press('m');
  await menu.getByRole('menuitem', { name: 'map', exact: true }).click();
  await expect(cell(page, 'Open, map').getByText(one)).toBeVisible();
  await expect.poll(async () => (await issue(one)).labels.map((label) => label.name)).toEqual(['map']);
  await card(page, three).focus();
  await page.keyboard.press('m');
  const refused = menu.getByRole('menuitem', { name: /^map/ });
  await expect(refused).toHaveAttribute('aria-disabled', 'true');
  await expect(refused).toContainText('It also has the label core');
  await page.keyboard.press('Escape');
});

test('a lane is refused to who may not give work to others, and a refusal of the server puts the card back', async ({
  page,
  browser,
  api,
}) => {
  const lead = await api('lead');
  const key = await project(lead);
  const [one = '', two = ''] = await report(lead, key, ['First', 'Second']);
  await lead.patch(`/issues/${one}`, { assignee: 'developer' });
  await lead.patch(`/issues/${two}`, { assignee: 'lead' });

  const developer = await newPerson(browser, 'developer');
  await developer.goto(`/projects/${key}/board?lanes=assignee`);
  await card(developer, one).focus();
  await developer.keyboard.press('m');
  const item = developer.getByRole('menuitem', { name: /^Leo Lead/ });
  await expect(item).toHaveAttribute('aria-disabled', 'true');
  await expect(item).toContainText('You may not assign issues to others');
  await developer.keyboard.press('Escape');
  await drag(developer, card(developer, one), cell(developer, 'Open, Leo Lead'), { y: 20 });
  await expect(developer.locator('.ii-inhand')).toContainText('You may not assign issues to others');
  await developer.mouse.up();
  await developer.context().close();
  expect((await lead.get<{ assignee: { username: string } }>(`/issues/${one}`)).assignee.username).toBe('developer');

  await beSignedIn(page, 'lead');
  // Without the stream the board does not hear that the project is closed to changes.
  await page.route('**/api/v1/stream**', (route) => route.abort());
  await page.goto(`/projects/${key}/board?lanes=assignee`);
  await expect(cell(page, 'Open, Dana Developer').getByText(one)).toBeVisible();
  expect((await lead.fetch('DELETE', `/projects/${key}`)).status()).toBe(204);
  await drag(page, card(page, one), cell(page, 'Open, Leo Lead'), { y: 20 });
  await page.mouse.up();
  await page.mouse.move(5, 5);
  await expect(page.getByRole('alert').filter({ hasText: `${one} was not moved to Leo Lead.` })).toContainText(
    /archived/i,
  );
  await expect(cell(page, 'Open, Dana Developer').getByText(one)).toBeVisible();
});

test('a lane that changes by somebody else waits while the pointer is at a card', async ({ page, api }) => {
  const lead = await api('lead');
  const key = await project(lead);
  const [one = '', two = ''] = await report(lead, key, ['First', 'Second']);
  await lead.patch(`/issues/${one}`, { assignee: 'developer' });
  await lead.patch(`/issues/${two}`, { assignee: 'lead' });
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/${key}/board?lanes=assignee`);
  await expect(cell(page, 'Open, Dana Developer').getByText(one)).toBeVisible();
  await card(page, two).hover();
  const place = await card(page, two).boundingBox();

  const maintainer = await api('maintainer');
  await maintainer.patch(`/issues/${one}`, { assignee: 'maintainer' });
  const waiting = page.getByRole('button', { name: 'Others moved cards' });
  await expect(waiting).toBeVisible();
  expect(await card(page, two).boundingBox()).toEqual(place);
  await expect(cell(page, 'Open, Dana Developer').getByText(one)).toBeVisible();

  await page.mouse.move(5, 5);
  await expect(waiting).toBeHidden();
  await expect(cell(page, 'Open, Maria Maintainer').getByText(one)).toBeVisible();
});
