import { test as base } from '@playwright/test';

import { Api } from './api.ts';

interface Fixtures {
  /** `await api('lead')`: the API as that person; `await api()`: as nobody. */
  api: (name?: string) => Promise<Api>;
}

/**
 * The `test` of every journey. A page that logs an error or lets an exception escape fails its
 * journey, even when everything looked right.
 */
export const test = base.extend<Fixtures>({
  api: async ({ baseURL }, use) => {
    const made: Api[] = [];
    await use(async (name) => {
      const url = baseURL ?? '';
      const api = name === undefined ? await Api.anonymous(url) : await Api.as(url, name);
      made.push(api);
      return api;
    });
    await Promise.all(made.map((api) => api.dispose()));
  },

  page: async ({ page }, use) => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(`exception: ${error.message}`));
    page.on('console', (message) => {
      // Chromium logs each refused request itself; journeys ask for refusals on purpose.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        errors.push(`console: ${message.text()}`);
      }
    });
    await use(page);
    base.expect(errors, 'errors in the browser').toEqual([]);
  },
});

export { expect } from '@playwright/test';
export { Api } from './api.ts';
export { expectAccessible, expectAccessibleInBothThemes } from './axe.ts';
export { fillBoard } from './cards.ts';
export { email, PASSWORD, type Name } from './cast.ts';
export { Finger } from './finger.ts';
export { foreignServer } from './foreign.ts';
export { beSignedIn, newPerson, signIn } from './sign-in.ts';
