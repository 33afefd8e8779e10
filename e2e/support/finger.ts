import type { CDPSession, Page } from '@playwright/test';

interface Point {
  x: number;
  y: number;
}

/** A finger on the page: Playwright's own taps, but it can rest and wander. */
export class Finger {
  private constructor(private readonly session: CDPSession) {}

  static async on(page: Page): Promise<Finger> {
    const session = await page.context().newCDPSession(page);
    await session.send('Emulation.setTouchEmulationEnabled', { enabled: true });
    return new Finger(session);
  }

  down(at: Point): Promise<unknown> {
    return this.send('touchStart', [at]);
  }

  async move(from: Point, to: Point, steps = 8): Promise<void> {
    for (let step = 1; step <= steps; step++) {
      const part = (a: number, b: number): number => a + ((b - a) * step) / steps;
      await this.send('touchMove', [{ x: part(from.x, to.x), y: part(from.y, to.y) }]);
    }
  }

  up(): Promise<unknown> {
    return this.send('touchEnd', []);
  }

  private send(type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: Point[]): Promise<unknown> {
    return this.session.send('Input.dispatchTouchEvent', { type, touchPoints });
  }
}
