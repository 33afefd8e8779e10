import { beSignedIn, expect, newPerson, test } from '../support/test.ts';

interface View {
  id: string;
}

/**
 * What people do elsewhere is here without a reload: votes, watchers, saved views, and what is changed on
 * a duplicate that is shown with what it repeats. A second tab of one's own follows, too.
 */
test('votes, watchers, views and what is merged follow live', async ({ page, browser, api }) => {
  test.setTimeout(120_000);
  const stamp = Date.now().toString(36);
  const lead = await api('lead');
  const original = await lead.post<{ key: string }>('/projects/ENG/issues', { title: `Original ${stamp}` });
  const duplicate = await lead.post<{ key: string }>('/projects/ENG/issues', { title: `Repeated ${stamp}` });
  const said = await lead.post<{ id: string }>(`/issues/${duplicate.key}/comments`, { body: `Said ${stamp}` });

  await beSignedIn(page, 'maintainer');
  await page.goto(`/issues/${original.key}`);
  const second = await page.context().newPage();
  await second.goto(`/issues/${original.key}`);
  const other = await newPerson(browser, 'developer');
  await other.goto(`/issues/${original.key}`);
  for (const each of [page, second, other]) {
    await expect(each.getByRole('button', { name: /^Watch · 1$/ })).toBeVisible();
  }

  // One's own vote and watch: in the other tab as one's own, with the other person as a count.
  await page.getByRole('button', { name: /^Vote/ }).click();
  await page.getByRole('button', { name: /^Watch/ }).click();
  await expect(second.getByRole('button', { name: /^Voted · 1$/ })).toBeVisible();
  await expect(second.getByRole('button', { name: /^Watching · 2$/ })).toBeVisible();
  await expect(other.getByRole('button', { name: /^Vote · 1$/ })).toBeVisible();
  await expect(other.getByRole('button', { name: /^Watch · 2$/ })).toBeVisible();
  await other.getByRole('button', { name: /^Vote/ }).click();
  await expect(page.getByRole('button', { name: /^Voted · 2$/ })).toBeVisible();

  // A duplicate takes no votes and says why; what is changed there is seen here.
  expect((await lead.fetch('POST', `/issues/${duplicate.key}/merge`, { into: original.key })).status()).toBe(200);
  await expect(page.getByText(`Said ${stamp}`)).toBeVisible();
  await lead.patch(`/comments/${said.id}`, { body: `Edited ${stamp}` });
  await expect(page.getByText(`Edited ${stamp}`)).toBeVisible();
  await expect(other.getByText(`Edited ${stamp}`)).toBeVisible();
  await second.goto(`/issues/${duplicate.key}`);
  await second.getByRole('button', { name: /^Vote/ }).click();
  const why = second.getByRole('dialog', { name: 'Why not?' });
  await expect(why).toContainText(`It is merged into ${original.key}, where votes and watchers count.`);
  await second.keyboard.press('Escape');

  // A view in the sidebar: shared with the project it comes to others, taken back it goes.
  const place = { project: 'ENG', query: 'is:open', layout: {} };
  const view = await lead.post<View>('/views', { ...place, name: `Ours ${stamp}`, shared: true });
  const side = other.getByRole('navigation', { name: 'Main' });
  await expect(side.getByRole('link', { name: `Ours ${stamp}` })).toBeVisible();
  await lead.patch(`/views/${view.id}`, { name: `Mine ${stamp}`, shared: false });
  await expect(side.getByRole('link', { name: `Ours ${stamp}` })).toBeHidden();
  await expect(side.getByRole('link', { name: `Mine ${stamp}` })).toBeHidden();
  expect((await lead.fetch('DELETE', `/views/${view.id}`)).status()).toBe(204);

  // One's own, in the other tab.
  await page.goto('/projects/ENG/issues?q=is%3Aclosed');
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: 'Save as a view…' }).click();
  await page.getByLabel('Name').fill(`Alone ${stamp}`);
  await page.keyboard.press('Enter');
  const own = second.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: `Alone ${stamp}` });
  await expect(own).toBeVisible();
  await expect(side.getByRole('link', { name: `Alone ${stamp}` })).toBeHidden();
  await page.getByRole('button', { name: new RegExp(`Alone ${stamp}`) }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await page.getByRole('button', { name: 'Delete the view' }).click();
  await expect(own).toBeHidden();
  await second.close();
  await other.context().close();
});
