import { beSignedIn, expect, newPerson, test } from '../support/test.ts';

const stamped = (): string => Date.now().toString(36).toUpperCase().slice(-7);

/**
 * A lead makes a private project, brings in people by name and address, fits the workflow to the
 * team, and lets people go: for them the project ends at once, but not what they were typing.
 */
test('a lead sets up a private project', async ({ page, browser, api }) => {
  test.setTimeout(150_000);
  const key = `V${stamped()}`;
  const lead = await api('lead');
  await beSignedIn(page, 'lead');
  await page.goto('/projects');
  await page.getByRole('button', { name: 'New project' }).click();
  const making = page.getByRole('dialog', { name: 'New project' });
  await making.getByLabel('Name').fill(`Vault ${key}`);
  await making.getByLabel('Key').fill(key);
  await making.getByLabel('Workflow').selectOption('feedback');
  await making.getByLabel('Visible to').selectOption('private');
  await making.getByRole('button', { name: 'Create project' }).click();
  await expect(page).toHaveURL(new RegExp(`/projects/${key}/settings$`));

  await page.getByRole('tab', { name: 'Members' }).click();
  for (const [who, role] of [['developer', 'developer'], ['reporter@example.com', 'maintainer']] as const) {
    await page.getByLabel('Username or e-mail').fill(who);
    await page.getByLabel('Role', { exact: true }).selectOption(role);
    await page.getByRole('button', { name: 'Add member' }).click();
    await expect(page.getByLabel('Username or e-mail')).toHaveValue('');
  }
  await expect(page.getByRole('row', { name: /Rita Reporter/ })).toBeVisible();
  await page.getByRole('tab', { name: 'Labels' }).click();
  await page.getByLabel('New label', { exact: true }).fill('keys');
  await page.getByRole('button', { name: 'Add label' }).click();
  await expect(page.getByLabel('Name of keys')).toBeVisible();

  // One issue waits in a status that will go.
  const issue = await lead.post<{ key: string }>(`/projects/${key}/issues`, { title: 'A door is open' });
  await lead.patch(`/issues/${issue.key}`, { status: 'triaged' });
  await page.getByRole('tab', { name: 'Workflow' }).click();
  await page.getByLabel('Name of In progress').fill('At work');
  await page.getByRole('textbox', { name: 'New status' }).fill('Review');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Name of Review')).toBeVisible();
  // Moved by keys; the focus goes along.
  await page.getByLabel('Name of Review').focus();
  await page.keyboard.press('Alt+ArrowUp');
  await expect(page.getByText('Review is now 3 of 5.')).toBeAttached();
  await expect(page.getByLabel('Name of Review')).toBeFocused();
  await page.keyboard.press('Alt+ArrowDown');
  await page.getByLabel('Most issues in At work at once').fill('many');
  await page.getByLabel('From Open to At work').check();
  await page.getByRole('button', { name: 'Remove Triaged' }).click();
  const removing = page.getByRole('dialog', { name: 'Remove Triaged?' });
  await removing.getByLabel('Its issues go to').selectOption({ label: 'At work' });
  await removing.getByRole('button', { name: 'Remove status' }).click();
  await expect(page.getByText('Triaged goes; its issues move to At work.')).toBeVisible();
  await page.getByRole('button', { name: 'Save workflow' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'At work: A whole number from 1 to 1000' })).toBeVisible();
  await page.getByLabel('Most issues in At work at once').fill('3');

  // What is not saved yet survives a reload.
  await page.goto(`/projects/${key}/settings?tab=workflow`);
  await expect(page.getByLabel('Name of At work')).toBeVisible();
  await page.getByRole('button', { name: 'Save workflow' }).click();
  await expect(page.getByText('The workflow is saved.')).toBeVisible();
  const moved = await lead.get<{ status: { slug: string; name: string } }>(`/issues/${issue.key}`);
  expect(moved.status).toMatchObject({ slug: 'in_progress', name: 'At work' });
  const flow = await lead.get<{ statuses: { slug: string; wip_limit: number | null }[] }>(`/projects/${key}/workflow`);
  expect(flow.statuses.map((s) => s.slug)).toEqual(['open', 'in_progress', 'review', 'done']);
  expect(flow.statuses.find((s) => s.slug === 'in_progress')?.wip_limit).toBe(3);

  // A member is removed while they write.
  const member = await newPerson(browser, 'developer');
  await member.goto(`/issues/${issue.key}`);
  await member.getByRole('textbox', { name: 'Comment' }).fill('I have seen who');
  await page.getByRole('tab', { name: 'Members' }).click();
  await page.getByRole('button', { name: 'Remove Dana Developer' }).click();
  await expect(member.getByText('It does not exist, or it is not visible to you.')).toBeVisible();
  const kept = member.getByRole('group', { name: 'Your comment' });
  await expect(kept).toContainText('I have seen who');
  await expect(member.getByText('A door is open')).toHaveCount(0);
  await expect(member.getByRole('navigation', { name: 'Main' }).getByText(key)).toHaveCount(0);

  // Brought back, they go on where they were.
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(member.getByRole('heading', { level: 1 })).toContainText('A door is open');
  await expect(member.getByRole('textbox', { name: 'Comment' })).toHaveValue('I have seen who');
  await member.context().close();

  // Another one leaves by themselves.
  const leaving = await newPerson(browser, 'reporter');
  await leaving.goto(`/projects/${key}/settings`);
  await leaving.getByRole('button', { name: 'Leave project' }).click();
  await leaving.getByRole('dialog').getByRole('button', { name: 'Leave project' }).click();
  await expect(leaving).toHaveURL(/\/projects$/);
  await leaving.goto(`/projects/${key}`);
  await expect(leaving.getByText('It does not exist, or it is not visible to you.')).toBeVisible();
  await leaving.context().close();
});

test('a project made private ends for everybody else at once', async ({ page, browser, api }) => {
  const key = `P${stamped()}`;
  const lead = await api('lead');
  await lead.post('/projects', { key, name: `Passage ${key}`, template: 'feedback' });
  await lead.post(`/projects/${key}/issues`, { title: 'Seen by all' });
  await beSignedIn(page, 'maintainer');
  await page.goto(`/projects/${key}`);
  await expect(page).toHaveURL(new RegExp(`/projects/${key}/issues$`));
  await expect(page.getByRole('link', { name: 'Seen by all' })).toBeVisible();
  const activity = await newPerson(browser, 'viewer');
  await activity.goto(`/projects/${key}/activity`);
  await expect(activity.getByText('reported').first()).toBeVisible();
  await lead.patch(`/projects/${key}`, { visibility: 'private' });
  for (const there of [page, activity]) {
    await expect(there.getByText('It does not exist, or it is not visible to you.')).toBeVisible();
    await expect(there.getByText('Seen by all')).toHaveCount(0);
  }
  await activity.context().close();
});

test('two leads edit a workflow: the slower one is told and loses nothing', async ({ page, api }) => {
  const key = `W${stamped()}`;
  const lead = await api('lead');
  await lead.post('/projects', { key, name: `Works ${key}`, template: 'feedback' });
  await beSignedIn(page, 'lead');
  await page.goto(`/projects/${key}/settings?tab=workflow`);
  await page.getByLabel('Name of Open').fill('New');
  type Flow = { statuses: object[]; transitions: object[] };
  const flow = await lead.get<Flow>(`/projects/${key}/workflow`);
  flow.statuses.splice(1, 0, { slug: 'blocked', name: 'Blocked', category: 'waiting' });
  flow.transitions.push({ from: 'open', to: 'blocked' }, { from: 'blocked', to: 'open' });
  expect((await lead.fetch('PUT', `/projects/${key}/workflow`, flow)).status()).toBe(200);
  await page.getByRole('button', { name: 'Save workflow' }).click();
  await expect(page.getByText('Somebody else changed the workflow meanwhile.')).toBeVisible();
  await expect(page.getByLabel('Name of New')).toHaveValue('New');
  await expect(page.getByLabel('Name of Blocked')).toBeVisible();
  await page.getByRole('button', { name: 'Save workflow' }).click();
  await expect(page.getByText('The workflow is saved.')).toBeVisible();
  const now = await lead.get<{ statuses: { slug: string; name: string }[] }>(`/projects/${key}/workflow`);
  expect(now.statuses.find((s) => s.slug === 'open')?.name).toBe('New');
  expect(now.statuses.some((s) => s.slug === 'blocked')).toBe(true);
});

test('whoever may not edit the workflow reads it, with the reason', async ({ page }) => {
  await beSignedIn(page, 'developer');
  await page.goto('/projects/ENG/settings?tab=workflow');
  await expect(page.getByText('You may not change the workflow of this project.')).toBeVisible();
  await expect(page.getByRole('row', { name: /On hold waiting/ })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save workflow' })).toHaveCount(0);
});
