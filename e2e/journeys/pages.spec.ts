import { beSignedIn, expect, expectAccessibleInBothThemes, test } from '../support/test.ts';

const PAGES: [path: string, heading: RegExp][] = [
  ['/', /dashboard/i],
  ['/?project=APP', /dashboard/i],
  ['/projects', /projects/i],
  ['/issues', /issues/i],
  ['/issues?fold=1&cols=priority,key,type,title,labels,due,reporter,created', /issues/i],
  ['/projects/ENG/issues?peek=ENG-1', /issues/i],
  ['/my', /my work/i],
  ['/search?q=vat', /search/i],
  ['/projects/ENG/triage', /triage/i],
  ['/projects/ENG/issues', /issues/i],
  ['/projects/ENG/issues?severity=critical&type=epic&state=closed', /issues/i],
  ['/projects/ENG/board', /board/i],
  ['/projects/ENG/board?lanes=assignee', /board/i],
  ['/projects/ENG/board?severity=critical&type=epic', /board/i],
  ['/projects/ENG/settings', /settings/i],
  ['/issues/ENG-1', /.+/],
  ['/new', /new issue/i],
  ['/users', /users/i],
  ['/users/developer', /dana developer/i],
  ['/projects/ENG/activity', /activity/i],
  ['/projects/ENG/settings?tab=workflow', /settings/i],
  ['/projects/ENG/settings?tab=versions', /settings/i],
  ['/admin/audit', /audit log/i],
  ['/admin/policy', /roles and rights/i],
  ['/admin/policy?right=delete_issue&project=ENG', /roles and rights/i],
  ['/settings/profile', /.+/],
  ['/settings/sessions', /.+/],
  ['/settings/tokens', /your tokens/i],
  ['/nowhere', /.+/],
];

for (const width of [1440, 360]) {
  test(`every page is accessible and fits ${width} pixels, in both themes`, async ({ page }) => {
    test.setTimeout(900_000);
    await page.setViewportSize({ width, height: width > 600 ? 900 : 740 });
    await beSignedIn(page, 'admin');
    for (const [path, heading] of PAGES) {
      await test.step(path, async () => {
        await page.goto(path);
        await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
        await expect(page.getByRole('heading', { level: 1 })).toContainText(heading);
        await expect(page.getByRole('status', { name: /loading/i })).toHaveCount(0);
        await expectAccessibleInBothThemes(page);
        const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(sideways, `${path} scrolls sideways`).toBeLessThanOrEqual(0);
      });
    }
  });
}

test('pages of nobody are accessible', async ({ page }) => {
  for (const path of ['/login', '/register']) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
    await expectAccessibleInBothThemes(page);
  }
});

test('the wanted page is kept across sign-in', async ({ page }) => {
  await page.goto('/issues/ENG-1');
  await expect(page).toHaveURL(/\/login/);
  await page.getByLabel(/e-?mail|username/i).fill('lead');
  await page.getByLabel('Password', { exact: true }).fill('demo-password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(/\/issues\/ENG-1$/);
});

test('Swagger UI works without the internet and signs in', async ({ page }) => {
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(page.url().slice(0, 16)) && !/^(data|blob):/.test(request.url())) {
      elsewhere.push(request.url());
    }
  });
  await page.goto('/api/docs/');
  await expect(page.getByRole('heading', { name: /Issues & Insights/ })).toBeVisible();
  await page.getByRole('button', { name: 'Authorize' }).first().click();
  await page.getByLabel('username:').fill('lead');
  await page.getByLabel('password:').fill('demo-password');
  await page.getByRole('button', { name: 'Apply given OAuth2 credentials' }).or(page.locator('.auth-btn-wrapper .authorize')).first().click();
  await expect(page.getByRole('button', { name: 'Logout' }).first()).toBeVisible();
  expect(elsewhere.filter((url) => !url.startsWith(new URL(page.url()).origin))).toEqual([]);
});
