import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const RULES = [
  'wcag2a',
  'wcag2aa',
  'wcag21a',
  'wcag21aa',
  'wcag22a',
  'wcag22aa',
  'best-practice',
];

/** Fails with a readable list when axe finds anything on the page as it stands. */
export async function expectAccessible(page: Page): Promise<void> {
  // Colours are judged as painted: let transitions and fades come to their end first.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity)
        .map((animation) => animation.finished.catch(() => {})),
    ),
  );
  const { violations } = await new AxeBuilder({ page })
    // All of what is wrong, but no list of the thousands of elements that are right: writing that down
    // and carrying it out of the browser took four times as long as looking at the page.
    .options({ runOnly: RULES, resultTypes: ['violations'] })
    // In the page itself. Otherwise a second page is opened to put the findings of frames together,
    // and the product has no frames (its policy allows none).
    .setLegacyMode()
    .analyze();
  const found = violations.flatMap((violation) =>
    violation.nodes.map(
      (node) =>
        `${violation.id} (${violation.impact}): ${violation.help}\n` +
        `    ${node.target.join(' ')}\n    ${node.html.slice(0, 200)}\n` +
        `    ${(node.failureSummary ?? '').replaceAll('\n', '\n    ')}`,
    ),
  );
  expect(found, `accessibility of ${page.url()}`).toEqual([]);
}

/** The same in the light and in the dark theme, as the system would ask for them. */
export async function expectAccessibleInBothThemes(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
