import { signIn, test } from '../support/test.ts';

const PICTURES: [name: string, path: string, theme: 'light' | 'dark'][] = [
  ['dashboard-light', '/', 'light'],
  ['issues-light', '/projects/ENG/issues?state=open', 'light'],
  ['issue-dark', '/issues/ENG-1', 'dark'],
  ['board-light', '/projects/ENG/board', 'light'],
  ['policy-dark', '/admin/policy', 'dark'],
];

/** The pictures of the README, from the demo data. */
test('pictures', async ({ page }) => {
  await signIn(page, 'lead');
  for (const [name, path, theme] of PICTURES) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.goto(path);
  await page.getByRole('status', { name: /loading/i }).waitFor({ state: 'detached' });
    await page.screenshot({ path: `screenshots/${name}.png` });
  }
});
