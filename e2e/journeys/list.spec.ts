import {
  beSignedIn,
  expect,
  expectAccessibleInBothThemes,
  Finger,
  signIn,
  test,
  type Api,
} from '../support/test.ts';

type Made = { key: string; title: string };

/** Issues of ENG that nobody else's journey touches; found again by the word in their titles. */
async function some(api: Api, word: string, titles: string[], more: Record<string, unknown> = {}): Promise<Made[]> {
  const made: Made[] = [];
  for (const title of titles) {
    made.push(await api.post<Made>('/projects/ENG/issues', { title: `${title} ${word}`, ...more }));
  }
  return made;
}

const word = (): string => `w${Date.now().toString(36)}x`;

test('fields are edited by key where the row stands', async ({ page, api }) => {
  const lead = await api('lead');
  const mark = word();
  const [made] = await some(lead, mark, ['Inline']);
  if (made === undefined) throw new Error('nothing was made');
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/ENG/issues?text=${mark}`);
  const row = page.getByRole('row').filter({ hasText: made.key });
  await expect(row).toBeVisible();
  await page.keyboard.press('j');

  await page.keyboard.press('p');
  await page.getByRole('combobox', { name: 'Priority' }).press('1');
  await expect(row.getByRole('img', { name: 'Priority 1, highest' })).toBeVisible();

  await page.keyboard.press('i');
  await expect(row.getByRole('img', { name: 'Leo Lead' })).toBeVisible();

  await page.keyboard.press('e');
  await page.getByLabel('Title', { exact: true }).fill(`Renamed ${mark}`);
  await page.keyboard.press('Enter');
  await expect(row.getByRole('link', { name: `Renamed ${mark}` })).toBeFocused();

  await page.keyboard.press('d');
  await page.getByLabel('Due').fill('2030-01-31');
  await page.keyboard.press('Enter');

  await expect
    .poll(async () => {
      const now = await lead.get<Record<string, unknown>>(`/issues/${made.key}`);
      return [now.priority, (now.assignee as { username: string } | null)?.username, now.title, now.due_date];
    })
    .toEqual([1, 'lead', `Renamed ${mark}`, '2030-01-31']);

  // Space shows it beside the list, which stays; Escape closes it.
  await page.keyboard.press('Space');
  const panel = page.getByRole('dialog', { name: `${made.key} beside the list` });
  await expect(panel.getByRole('heading', { name: `Renamed ${mark}` })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`peek=${made.key}`));
  await expectAccessibleInBothThemes(page);
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/issues/${made.key}$`));
});

test('what may not be changed says why, and the value stays', async ({ page, api }) => {
  const mark = word();
  await some(await api('lead'), mark, ['Not yours']);
  await beSignedIn(page, 'viewer');
  await page.goto(`/projects/ENG/issues?text=${mark}`);
  await page.getByRole('button', { name: 'Low' }).click();
  await expect(page.getByRole('alert')).toContainText('It takes the role maintainer');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('two people at the same field: nobody loses', async ({ page, api }) => {
  const lead = await api('lead');
  const mark = word();
  const [made] = await some(lead, mark, ['Contested']);
  if (made === undefined) throw new Error('nothing was made');
  await beSignedIn(page, 'lead');
  // Without the stream the list does not hear of the other one's change.
  await page.route('**/api/v1/stream**', (route) => route.abort());
  await page.goto(`/projects/ENG/issues?text=${mark}`);
  await expect(page.getByRole('link', { name: made.title })).toBeVisible();
  await lead.patch(`/issues/${made.key}`, { severity: 'critical' });

  await page.getByRole('button', { name: 'Low' }).click();
  await page.getByRole('combobox', { name: 'Severity' }).press('2');
  const merge = page.getByRole('dialog', { name: 'Somebody changed this meanwhile' });
  await expect(merge.getByText('Critical')).toBeVisible();
  await merge.getByRole('button', { name: 'Save the choice' }).click();
  await expect(merge).toBeHidden();
  await expect
    .poll(async () => (await lead.get<{ severity: string }>(`/issues/${made.key}`)).severity)
    .toBe('high');
});

test('many issues are triaged at once by keyboard: preview, all or nothing, undo', async ({ page, api }) => {
  const lead = await api('lead');
  const mark = word();
  const made = await some(lead, mark, ['First', 'Second', 'Third']);
  const last = made[2];
  if (last === undefined) throw new Error('nothing was made');
  await lead.patch(`/issues/${last.key}`, { status: 'done' });
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/ENG/issues?state=all&text=${mark}&sort=key`);
  await expect(page.getByRole('row')).toHaveCount(4);
  const bar = page.getByRole('toolbar', { name: 'Selected issues' });
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+J');
  await page.keyboard.press('Shift+J');
  await expect(bar).toContainText('3 selected');
  await expectAccessibleInBothThemes(page);

  // What would happen comes first, with the reason of whatever cannot change.
  await page.keyboard.press('s');
  await page.getByRole('combobox', { name: 'Status' }).fill('assigned');
  await page.keyboard.press('Enter');
  const preview = page.getByRole('dialog', { name: 'Status Assigned' });
  await expect(preview).toContainText('2 issues would change. One cannot change.');
  await expect(preview.getByRole('listitem').first()).toContainText(last.key);
  await expect(preview.getByRole('listitem').nth(1)).toContainText('Open → Assigned');
  await expectAccessibleInBothThemes(page);
  const statuses = async (): Promise<string[]> => {
    const all = made.map(({ key }) => lead.get<{ status: { slug: string } }>(`/issues/${key}`));
    return (await Promise.all(all)).map(({ status }) => status.slug);
  };
  expect(await statuses()).toEqual(['open', 'open', 'done']);
  await expect(preview.getByRole('button', { name: 'Change the other 2' })).toBeFocused();
  const sent = page.waitForRequest((request) => request.url().endsWith('/issues/bulk'));
  await page.keyboard.press('Enter');
  expect((await sent).postDataJSON()).toMatchObject({ dry_run: false });
  await expect.poll(statuses).toEqual(['assigned', 'assigned', 'done']);
  await expect(bar).toBeHidden();
  await expect(page.getByText('2 issues: status Assigned.')).toBeVisible();
  await page.keyboard.press('z');
  await expect.poll(statuses).toEqual(['open', 'open', 'done']);

  // All that the filter finds, seen or not; what somebody changed meanwhile is not taken back.
  await page.goto(`/projects/ENG/issues?state=all&text=${mark}&group=status&closed=open`);
  await page.getByRole('link', { name: /Third/ }).focus();
  await page.keyboard.press('x');
  await expect(bar).toContainText('1 selected');
  await page.getByRole('button', { name: 'All 3 that match' }).click();
  await expect(bar).toContainText('3 selected');
  await page.keyboard.press('p');
  await page.getByRole('combobox', { name: 'Priority' }).press('1');
  await expect(page.getByRole('dialog')).toContainText('3 issues would change.');
  await page.keyboard.press('Enter');
  const priorities = async (): Promise<number[]> => {
    const all = made.map(({ key }) => lead.get<{ priority: number }>(`/issues/${key}`));
    return (await Promise.all(all)).map(({ priority }) => priority);
  };
  await expect.poll(priorities).toEqual([1, 1, 1]);
  await expect(page.getByText('3 issues: priority P1.')).toBeVisible();
  await lead.patch(`/issues/${made[0]?.key ?? ''}`, { priority: 5 });
  await page.keyboard.press('z');
  await expect.poll(priorities).toEqual([5, 3, 3]);
  await expect(page.getByText('2 issues changed back; 1 issue stayed.', { exact: false })).toBeVisible();

  // The past is read, not changed.
  const then = new Date(Date.now() - 1000).toISOString();
  await page.goto(`/projects/ENG/issues?state=all&text=${mark}&as_of=${encodeURIComponent(then)}`);
  await expect(page.getByRole('row')).toHaveCount(4);
  await expect(page.getByRole('checkbox', { name: /Select/ })).toHaveCount(0);
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await expect(bar).toBeHidden();
});

test('day, version and size of many are set at once, and come back', async ({ page, api }) => {
  const lead = await api('lead');
  const mark = word();
  const made = await some(lead, mark, ['First', 'Second']);
  const version = `7.${mark}`;
  await lead.post('/projects/ENG/versions', { name: version });
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/ENG/issues?text=${mark}`);
  await page.getByRole('checkbox', { name: 'Select all rows' }).check();
  const plans = async (): Promise<unknown[]> => {
    type Plan = { due_date: string | null; fixed_version: string | null; story_points: number | null };
    const all = await Promise.all(made.map(({ key }) => lead.get<Plan>(`/issues/${key}`)));
    return all.map((issue) => [issue.due_date, issue.fixed_version, issue.story_points]);
  };

  await page.keyboard.press('d');
  await page.getByLabel('Due', { exact: true }).fill('2030-01-31');
  await page.keyboard.press('Enter');
  const preview = page.getByRole('dialog', { name: 'Due 31 Jan 2030' });
  await expect(preview.getByRole('listitem').first()).toContainText('no day → 31 Jan 2030');
  await page.keyboard.press('Enter');
  await expect.poll(plans).toEqual([['2030-01-31', null, null], ['2030-01-31', null, null]]);
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
  await page.keyboard.press('z');
  await expect.poll(plans).toEqual([[null, null, null], [null, null, null]]);

  // Fields that have no button of their own are behind one.
  const more = async (field: string): Promise<void> => {
    await page.getByRole('checkbox', { name: 'Select all rows' }).check();
    await page.getByRole('toolbar').getByRole('button', { name: 'More' }).click();
    await page.getByRole('combobox', { name: 'Change which field?' }).fill(field);
    await page.keyboard.press('Enter');
  };
  await more('Fixed');
  await page.getByRole('combobox', { name: 'Fixed in' }).fill(version);
  await expectAccessibleInBothThemes(page);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Change 2 issues' }).click();
  await expect.poll(plans).toEqual([[null, version, null], [null, version, null]]);
  await more('Points');
  await page.getByLabel('Points').fill('5');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Change 2 issues' }).click();
  await expect.poll(plans).toEqual([[null, version, 5], [null, version, 5]]);
});

test('many go and come back in one request each, and many are merged into one of them', async ({ page, api }) => {
  const lead = await api('lead');
  const mark = word();
  const made = await some(lead, mark, ['Original', 'Again', 'Once more']);
  const [original, ...others] = made;
  if (original === undefined) throw new Error('nothing was made');
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/ENG/issues?state=all&text=${mark}`);
  const bar = page.getByRole('toolbar', { name: 'Selected issues' });
  const sent: { action: string; dry_run: boolean }[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'GET' && request.url().includes('/issues')) {
      const { action, dry_run } = request.postDataJSON() as { action: string; dry_run: boolean };
      sent.push({ action, dry_run });
    }
  });
  await page.getByRole('checkbox', { name: 'Select all rows' }).check();
  await bar.getByRole('button', { name: /^Duplicates of/ }).click();
  await expect(page.getByRole('listbox', { name: /they repeat/ }).getByRole('option')).toHaveCount(3);
  await page.getByRole('combobox', { name: /they repeat/ }).fill('Original');
  await page.keyboard.press('Enter');
  const preview = page.getByRole('dialog', { name: `Merge into ${original.key}` });
  await expect(preview).toContainText('2 issues would be merged.');
  await preview.getByRole('button', { name: 'Merge 2 issues' }).click();
  const merged = async (): Promise<string[]> => {
    const { duplicates } = await lead.get<{ duplicates: string[] }>(`/issues/${original.key}/merge`);
    return duplicates.sort();
  };
  await expect(page.getByText(`2 issues merged into ${original.key}.`)).toBeVisible();
  expect(await merged()).toEqual(others.map(({ key }) => key).sort());
  await page.keyboard.press('z');
  await expect.poll(merged).toEqual([]);

  await expect(bar).toBeHidden();
  await page.getByRole('checkbox', { name: 'Select all rows' }).check();
  await bar.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('dialog', { name: 'Delete' })).toContainText('3 issues would be deleted.');
  await expectAccessibleInBothThemes(page);
  await page.getByRole('button', { name: 'Delete 3 issues' }).click();
  await expect(page.getByText('3 issues deleted.')).toBeVisible();
  await expect(page.getByText('No issue matches')).toBeVisible();
  await page.keyboard.press('z');
  await expect(page.getByRole('link', { name: new RegExp(mark) })).toHaveCount(3);
  expect(sent.filter(({ dry_run }) => !dry_run).map(({ action }) => action)).toEqual([
    'merge',
    'unmerge',
    'delete',
    'restore',
  ]);
});

test('who may not change many at once is told why', async ({ page, api }) => {
  const mark = word();
  await some(await api('lead'), mark, ['Not yours']);
  await beSignedIn(page, 'developer');
  await page.goto(`/projects/ENG/issues?text=${mark}`);
  await page.getByRole('checkbox', { name: 'Select all rows' }).check();
  await page.getByRole('button', { name: /^Change together/ }).click();
  await expect(page.getByRole('dialog', { name: 'Why not?' })).toContainText('change many issues at once');
  await page.keyboard.press('Escape');
  await page.keyboard.press('p');
  await expect(page.getByRole('alert')).toContainText('It takes the role maintainer');
});

test('on a small screen a long press selects, and a tap selects more', async ({ page, api }) => {
  const mark = word();
  const lead = await api('lead');
  const [, lower] = await some(lead, mark, ['Upper', 'Lower']);
  await page.setViewportSize({ width: 360, height: 740 });
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/ENG/issues?text=${mark}&sort=-key`);
  const bar = page.getByRole('toolbar', { name: 'Selected issues' });
  const at = async (title: string): Promise<{ x: number; y: number }> => {
    const box = await page.getByRole('link', { name: new RegExp(title) }).boundingBox();
    if (!box) throw new Error('nothing to press');
    return { x: box.x + 20, y: box.y + 8 };
  };
  await expect(page.getByRole('link', { name: /Lower/ })).toBeVisible();
  const finger = await Finger.on(page);
  await finger.down(await at('Upper'));
  await expect(bar).toContainText('1 selected');
  await finger.up();
  await expectAccessibleInBothThemes(page);
  await finger.down(await at('Lower'));
  await finger.up();
  await expect(bar).toContainText('2 selected');
  // The bar fits: a line of words, a line of buttons.
  const [box, status, last] = await Promise.all([
    bar.boundingBox(),
    bar.getByRole('button', { name: 'Status' }).boundingBox(),
    bar.getByRole('button', { name: 'Delete' }).boundingBox(),
  ]);
  if (!box || !status || !last) throw new Error('nothing is there');
  expect(last.y).toBe(status.y);
  expect(last.x + last.width).toBeLessThanOrEqual(box.x + box.width);
  expect(box.x + box.width).toBeLessThanOrEqual(360);
  await page.getByRole('button', { name: 'Clear the selection' }).click();
  await expect(bar).toBeHidden();
  await expect(page).toHaveURL(/\/projects\/ENG\/issues/);
  // What can be done with one row is a tap away.
  const more = await page.getByRole('button', { name: /^What can be done with/ }).first().boundingBox();
  if (!more) throw new Error('no menu');
  await finger.down({ x: more.x + more.width / 2, y: more.y + more.height / 2 });
  await finger.up();
  await expect(page.getByRole('menu', { name: 'This issue' })).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await page.getByRole('menuitem', { name: /Select/ }).click();
  await expect(bar).toContainText('1 selected');
  await page.getByRole('button', { name: 'Clear the selection' }).click();
  // Fields that the row has no room for are changed from there.
  await page.getByRole('button', { name: /^What can be done with/ }).first().click();
  await page.getByRole('menuitem', { name: 'Change a field …' }).click();
  await page.getByRole('combobox', { name: 'Change which field?' }).fill('points');
  await expectAccessibleInBothThemes(page);
  await page.keyboard.press('Enter');
  await page.getByLabel('Points').fill('5');
  await page.keyboard.press('Enter');
  await expect
    .poll(async () => (await lead.get<{ story_points: number | null }>(`/issues/${lower?.key ?? ''}`)).story_points)
    .toBe(5);
  // Without a selection a tap opens.
  await finger.down(await at('Lower'));
  await finger.up();
  await expect(page).toHaveURL(/\/issues\/ENG-\d+$/);

  // At the lower end of the screen the menu opens upwards, whole.
  await page.goto('/projects/ENG/issues');
  await page.getByRole('button', { name: /^What can be done with/ }).nth(3).click();
  const menu = page.getByRole('menu', { name: 'This issue' });
  await expect(menu).toBeInViewport({ ratio: 1 });
  const [ground, inside] = await Promise.all([page.locator('.ii-float').filter({ has: menu }).boundingBox(), menu.boundingBox()]);
  expect(ground?.height).toBeGreaterThanOrEqual(inside?.height ?? Infinity);
});

test('what can be done with a row is in its menu, by pointer and by key', async ({ page, api, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const mark = word();
  const [made] = await some(await api('lead'), mark, ['Menu']);
  if (made === undefined) throw new Error('nothing was made');
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/ENG/issues?text=${mark}`);
  const link = page.getByRole('link', { name: made.title });
  await link.hover();
  await page.getByRole('button', { name: `What can be done with ${made.key}` }).click();
  const menu = page.getByRole('menu', { name: 'This issue' });
  await expectAccessibleInBothThemes(page);
  await menu.getByRole('menuitem', { name: /Copy the link/ }).click();
  await expect(page.getByText(`Link to ${made.key} copied.`)).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(new RegExp(`^https?://[^/]+/issues/${made.key}$`));
  await page.keyboard.press('j');
  await page.keyboard.press('m');
  await expect(menu).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Escape');
  await expect(menu).toBeHidden();
  await expect(link).toBeFocused();
  await page.keyboard.press('m');
  await menu.getByRole('menuitem', { name: /Show beside/ }).click();
  await expect(page).toHaveURL(new RegExp(`peek=${made.key}`));
});

test('columns, folding and order are in the address', async ({ page, api }) => {
  const mark = word();
  await some(await api('lead'), mark, ['Same thing 1', 'same thing: 2', 'Another']);
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/ENG/issues?text=${mark}`);
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Due' }).check();
  await page.getByRole('checkbox', { name: 'Fold the same titles' }).check();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('row')).toHaveCount(3);
  await page.getByRole('columnheader', { name: 'Due' }).getByRole('button').click();
  await expect(page.getByRole('columnheader', { name: 'Due' })).toHaveAttribute('aria-sort', 'ascending');
  await page.reload();
  await expect(page.getByRole('columnheader', { name: 'Due' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(page.getByRole('row')).toHaveCount(3);
  await page.getByRole('button', { name: '1 more with this title' }).click();
  await expect(page.getByRole('row')).toHaveCount(4);
});

test('my work counts what is mine, live', async ({ page, api }) => {
  const lead = await api('lead');
  const mark = word();
  const [made] = await some(lead, mark, ['To be taken']);
  if (made === undefined) throw new Error('nothing was made');
  await signIn(page, 'developer');
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('My work');
  const tab = page.getByRole('button', { name: /^Assigned to me \d+/ });
  const before = Number((await tab.textContent())?.match(/\d+/)?.[0]);
  await lead.patch(`/issues/${made.key}`, { assignee: 'developer' });
  await expect(tab).toHaveText(`Assigned to me ${before + 1}`);
  await expect(page.getByRole('link', { name: made.title }).or(page.getByRole('button', { name: /^\d+ new/ })).first()).toBeVisible();

  // What everybody is busy with stands under who it is; the other lists stay as they were.
  await page.getByRole('button', { name: /^By agent \d+/ }).click();
  await expect(page).toHaveURL(/\/my\?tab=agents$/);
  await expect(page.locator('.ii-group').filter({ hasText: 'Dana Developer' })).toBeVisible();
  await page.getByRole('button', { name: /^Unassigned \d+/ }).click();
  await expect(page).toHaveURL(/\/my\?tab=unassigned$/);
  await expect(page.locator('.ii-group')).toHaveCount(0);
});

test('the list is cut into groups, by menu or by dragging a head, and groups close', async ({ page, api }) => {
  const lead = await api('lead');
  const mark = word();
  await some(lead, mark, ['Mild one', 'Mild two']);
  await some(lead, mark, ['Bad'], { severity: 'critical' });
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/ENG/issues?text=${mark}`);
  await page.getByRole('button', { name: 'Group', exact: true }).click();
  await page.getByRole('option', { name: 'Severity' }).click();
  await expect(page).toHaveURL(/group=severity/);
  const heads = page.locator('.ii-group');
  await expect(heads).toHaveText([/Critical\s*1/, /Low\s*2/]);
  await heads.nth(1).getByRole('button').click();
  await expect(page).toHaveURL(/closed=low/);
  await expect(page.getByRole('link', { name: /Mild/ })).toHaveCount(0);
  await expect(page.getByRole('link', { name: /Bad/ })).toBeVisible();
  await page.reload();
  await expect(heads.nth(1).getByRole('button')).toHaveAttribute('aria-expanded', 'false');
  // A closed group is counted at its head and takes no places of the page.
  await expect(page.getByText('1–1 of 1')).toBeVisible();
  await expectAccessibleInBothThemes(page);

  const head = page.getByRole('columnheader', { name: 'Pri', exact: true });
  const data = await page.evaluateHandle(() => new DataTransfer());
  await head.dispatchEvent('dragstart', { dataTransfer: data });
  const zone = page.getByText('Drop here to group by priority');
  await zone.dispatchEvent('dragover', { dataTransfer: data });
  await zone.dispatchEvent('drop', { dataTransfer: data });
  await expect(page).toHaveURL(/group=priority/);
  await expect(heads).toHaveText([/Normal\s*3/]);
});

test('the filter is one thing as chips and as text', async ({ page, api }) => {
  const mark = word();
  await some(await api('lead'), mark, ['Filtered'], { severity: 'high' });
  await beSignedIn(page, 'lead');
  await page.goto('/projects/ENG/issues');
  const field = page.getByRole('combobox', { name: 'Filter' });
  await expect(field).toHaveValue('is:open');

  // A mistake is said with its remedy, and one click mends it.
  await field.fill(`is:open sevrity:high title:${mark}`);
  await expect(page.getByText('There is no field `sevrity`.')).toBeVisible();
  await expect(page.locator('.ii-qunder .err')).toHaveText('sevrity');
  await expectAccessibleInBothThemes(page);
  await page.getByRole('button', { name: 'severity', exact: true }).click();
  await expect(field).toHaveValue(`is:open severity:high title:${mark}`);
  await expect(page).toHaveURL(/q=is%3Aopen%20severity%3Ahigh/);
  await expect(page.getByRole('row')).toHaveCount(2);

  // The chip and the text follow each other.
  await page.getByRole('button', { name: 'Remove the filter Severity' }).click();
  await expect(field).toHaveValue(`is:open title:${mark}`);
  await page.getByRole('button', { name: /^All/ }).click();
  await expect(field).toHaveValue(`title:${mark}`);

  // What is no list of values is ready in the menu too.
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('option', { name: 'No points' }).click();
  await expect(field).toHaveValue(`title:${mark} points:none`);
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByRole('button', { name: 'Remove the filter points:none' }).click();
  await expect(field).toHaveValue(`title:${mark}`);

  // What was pasted is looked for as it is.
  await field.fill(`Error: C:\\Users & "${mark}" https://example.com/x (`);
  await expect(page).toHaveURL(/q=Error%20C/);
  await expect(page.locator('.ii-mistake')).toBeEmpty();

  // What can come next is chosen by keyboard.
  await field.fill('assi');
  await page.keyboard.press('Tab');
  await expect(field).toHaveValue('assignee:');
  await expect(page.getByRole('option', { name: /@me/ })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/q=assignee%3A/);

  // Older links keep their meaning, and the list can be taken away as a file.
  await page.goto('/projects/ENG/issues?severity=critical&state=closed');
  await expect(field).toHaveValue('is:closed severity:critical');
  const link = page.getByRole('link', { name: 'Download this list as CSV' });
  const file = await page.request.get((await link.getAttribute('href')) ?? '');
  expect(file.headers()['content-type']).toContain('text/csv');
  expect(await file.text()).toMatch(/^key,/);
});

test('the palette finds issues, people and deeds by keyboard', async ({ page, api }) => {
  const lead = await api('lead');
  const mark = word();
  const [made] = await some(lead, mark, ['Palette']);
  if (made === undefined) throw new Error('nothing was made');
  await signIn(page, 'lead');
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: /Words, a key/ });
  await expect(field).toBeFocused();
  await field.fill(mark);
  const hit = page.getByRole('option', { name: new RegExp(made.key) });
  await expect(hit).toBeVisible();
  await expect(hit.locator('mark')).toHaveText(mark);
  await expectAccessibleInBothThemes(page);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/issues/${made.key}$`));

  // What was looked at last comes first; deeds are those of the page.
  await expect(page.getByRole('heading', { level: 1 })).toContainText(mark);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('option').first()).toContainText(made.key);
  await field.fill('change the priority');
  await expect(page.getByRole('option', { name: /Change the priority/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: 'Priority' }).press('2');
  await expect
    .poll(async () => (await lead.get<{ priority: number }>(`/issues/${made.key}`)).priority)
    .toBe(2);

  await page.goto(`/search?q=${mark}`);
  await expect(page.getByText('1 found, the best first')).toBeVisible();
  await page.goto('/new?project=ENG');
  await page.getByLabel('Title').fill(`Palette ${mark} again`);
  await expect(page.getByRole('region', { name: 'Similar issues' }).getByRole('link', { name: new RegExp(made.key) })).toBeVisible();
});

test('new issues are decided one after the other by keyboard', async ({ page, api }) => {
  const lead = await api('lead');
  const mark = word();
  const key = `T${Date.now().toString(36).toUpperCase().slice(-7)}`;
  await lead.post('/projects', { key, name: `Triage ${mark}`, template: 'feedback' });
  const made: Made[] = [];
  for (const title of ['Printer jams on Monday', 'Printer jams on Monday again', 'Odd question', 'Not for us']) {
    made.push(await lead.post<Made>(`/projects/${key}/issues`, { title }));
  }
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/${key}/triage`);
  const heading = page.getByRole('heading', { level: 2 });
  await expect(heading).toHaveText('Printer jams on Monday');
  await expect(page.getByText('4 to look at')).toBeVisible();
  await expectAccessibleInBothThemes(page);

  await page.keyboard.press('1');
  await expect(heading).toHaveText('Printer jams on Monday again');
  // A duplicate needs the issue that it repeats: the similar ones are offered, and any other is found.
  await page.keyboard.press('3');
  await expect(page.getByRole('combobox', { name: /issue that it repeats/ })).toBeFocused();
  await expect(page.getByRole('option', { name: new RegExp(made[0]?.key ?? '') })).toBeVisible();
  await page.keyboard.press('1');
  await expect(heading).toHaveText('Odd question');
  await page.keyboard.press('4');
  await expect(heading).toHaveText('Not for us');
  // It stays aside through another visit, in this browser, until it is taken back.
  await page.reload();
  await expect(heading).toHaveText('Not for us');
  await expect(page.getByText('Set aside, in this browser')).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await page.getByRole('button', { name: 'All back in line' }).click();
  await expect(page.getByText('Set aside, in this browser')).toBeHidden();
  await page.getByRole('button', { name: /Odd question/ }).click();
  await expect(heading).toHaveText('Odd question');
  await page.keyboard.press('4');
  await expect(heading).toHaveText('Not for us');
  await page.keyboard.press('2');
  await expect(heading).toHaveText('Odd question');
  // A question that was begun survives a reload, and a server that cannot be reached.
  await page.keyboard.press('5');
  await page.getByLabel('Question to the reporter').fill('Which version?');
  await page.reload();
  await expect(page.getByLabel('Question to the reporter')).toHaveValue('Which version?');
  await page.route('**/comments', (route) => route.fulfill({ status: 503, body: '' }), { times: 1 });
  await page.getByLabel('Question to the reporter').press('Control+Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'Your question is kept.' })).toBeVisible();
  await expect(page.getByLabel('Question to the reporter')).toHaveValue('Which version?');
  await page.getByLabel('Question to the reporter').press('Control+Enter');
  await expect(page.getByText('Nothing to decide')).toBeVisible();

  // The queue goes on at once; the server hears of each decision a moment later.
  await expect
    .poll(async () => {
      const all = made.map((one) =>
        lead.get<{ status: { slug: string }; resolution: string | null }>(`/issues/${one.key}`),
      );
      return (await Promise.all(all)).map(({ status, resolution }) => [status.slug, resolution]);
    })
    .toEqual([
      ['triaged', null],
      ['done', 'duplicate'],
      ['open', null],
      ['done', 'wont_fix'],
    ]);
  await expect
    .poll(async () => {
      const path = `/issues/${made[2]?.key ?? ''}/comments`;
      return (await lead.get<{ items: { body: string }[] }>(path)).items.map(({ body }) => body);
    })
    .toEqual(['Which version?']);
});
