import { expect, type Browser, type Page } from '@playwright/test';

import { PASSWORD } from './cast.ts';

/** Signs in through the page, as a person does, and waits until the app is there. */
export async function signIn(page: Page, name: string, password = PASSWORD): Promise<void> {
  await page.goto('/login');
  await page.getByLabel(/e-?mail|username/i).fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).not.toHaveURL(/\/login/);
  await expect(page.getByRole('navigation').first()).toBeVisible();
}

/**
 * Has the browser of this page signed in, without the page: for journeys that begin somewhere else and are about
 * something else. The page's own way costs two loads of the app.
 */
export async function beSignedIn(page: Page, name: string, password = PASSWORD): Promise<void> {
  // What this context asks for shares its cookies with the pages.
  const { request } = page.context();
  const answer = await request.post('/api/v1/auth/login', { data: { identifier: name, password } });
  expect(answer.status(), await answer.text()).toBe(200);
}

/** A second person beside the first: a browser context of their own, signed in. */
export async function newPerson(browser: Browser, name: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await beSignedIn(page, name);
  return page;
}
