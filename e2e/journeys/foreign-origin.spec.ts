import type { Page, Response } from '@playwright/test';

import { expect, foreignServer, signIn, test } from '../support/test.ts';

interface Stored {
  me: unknown;
  sessions: unknown;
  project: unknown;
  issues: { items: { key: string; title: string }[] };
}

type Form = [type: string, path: string, fields: [name: string, value: string][]];
type Written = [mode: RequestMode, method: string, path: string, body?: string];

/** What an attacker's page could find useful to have sent, besides what is told of it below. */
const TITLE = 'Planted by another site';
const AS_JSON = JSON.stringify({ title: TITLE, name: TITLE });

/** All that a form can say. The last is JSON, spelled as a name, a `=` and a value. */
const forms = (key: string): Form[] =>
  [`/api/v1/projects/${key}/issues`, '/api/v1/me', '/api/v1/auth/logout'].flatMap((path): Form[] => [
    ['application/x-www-form-urlencoded', path, [['title', TITLE]]],
    // A report may come as a form: were it not for where it is from, this would make an issue.
    ['multipart/form-data', path, [['title', TITLE]]],
    ['text/plain', path, [[`{"title":"${TITLE}","description":"`, '"}']]],
  ]);

/** All that a script can ask for: what needs no permission first, then what the browser asks us about before. */
const writes = (key: string, issue: string): Written[] => [
  ['no-cors', 'POST', `/api/v1/projects/${key}/issues`, AS_JSON],
  ['no-cors', 'POST', `/api/v1/issues/${issue}/comments`, JSON.stringify({ body: TITLE })],
  ['no-cors', 'POST', '/api/v1/auth/logout'],
  ['no-cors', 'POST', '/api/v1/auth/%6Cogout'],
  ['no-cors', 'POST', '/%61pi/v1/auth/logout'],
  ['no-cors', 'POST', '/api/v1/auth/./logout'],
  ['no-cors', 'POST', '/api//v1/auth/logout'],
  ['no-cors', 'POST', '/api/v1/auth/logout/'],
  ['no-cors', 'POST', '/API/v1/auth/logout'],
  ['no-cors', 'POST', `/%61pi/v1/projects/${key}/issues`, AS_JSON],
  ['cors', 'POST', `/api/v1/projects/${key}/issues`, AS_JSON],
  ['cors', 'POST', '/api/v1/auth/logout'],
  ['cors', 'PATCH', '/api/v1/me', AS_JSON],
  ['cors', 'PATCH', '/%61pi/v1/me', AS_JSON],
  ['cors', 'PATCH', `/api/v1/issues/${issue}`, AS_JSON],
  ['cors', 'PUT', `/api/v1/issues/${issue}/vote`],
  ['cors', 'DELETE', `/api/v1/issues/${issue}`],
  ['cors', 'DELETE', `/api/v1/projects/${key}`],
];

/** Everything of theirs that an attempt could have changed, asked by the product's own page with its own cookie. */
const stored = (page: Page, key: string): Promise<Stored> =>
  page.evaluate(async (key) => {
    const get = async (path: string) => {
      const answer = await fetch(`/api/v1${path}`);
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      return answer.json();
    };
    const sessions = await get('/me/sessions');
    return {
      me: await get('/me'),
      // The list, not the moment at which each was last seen.
      sessions: sessions.items.map((one: { id: string }) => one.id),
      project: await get(`/projects/${key}`),
      issues: await get(`/issues?project=${key}`),
    };
  }, key);

/** Whether the victim's cookie went along. */
async function signed(response: Response): Promise<boolean> {
  return /(^|; ?)iit=/.test((await response.request().allHeaders())['cookie'] ?? '');
}

/** What really went over the wire: also requests whose answers the browser withholds from the page and its tools. */
class Wire {
  private readonly asked = new Map<string, { method: string; signed?: boolean; status?: number }>();

  static async of(page: Page): Promise<Wire> {
    const wire = new Wire();
    const session = await page.context().newCDPSession(page);
    const note = (id: string, what: { method?: string; signed?: boolean; status?: number }): void => {
      wire.asked.set(id, { ...(wire.asked.get(id) ?? { method: '' }), ...what });
    };
    session.on('Network.requestWillBeSent', ({ requestId, request }) => note(requestId, { method: request.method }));
    session.on('Network.requestWillBeSentExtraInfo', ({ requestId, associatedCookies }) =>
      note(requestId, { signed: associatedCookies.some((one) => one.cookie.name === 'iit' && one.blockedReasons.length === 0) }),
    );
    session.on('Network.responseReceivedExtraInfo', ({ requestId, statusCode }) => note(requestId, { status: statusCode }));
    await session.send('Network.enable');
    return wire;
  }

  forget(): void {
    this.asked.clear();
  }

  answered(): { method: string; signed?: boolean; status?: number }[] {
    return [...this.asked.values()].filter((one) => one.status !== undefined);
  }

  methods(): string[] {
    return this.answered().map((one) => one.method);
  }
}

/**
 * Another port of the same host is another origin, but the same site: `SameSite` cookies are sent from
 * there, and only the server's own question where a request comes from refuses it. From another host the
 * browser keeps the cookie, too.
 */
for (const { host, where, sent } of [
  { host: '127.0.0.1', where: 'another origin of the same site', sent: true },
  { host: 'localhost', where: 'another site', sent: false },
]) {
  test(`a page of ${where} changes nothing and learns nothing of who is signed in here`, async ({ page, api, baseURL }) => {
    test.setTimeout(120_000);
    const product = baseURL ?? '';
    expect(new URL(product).hostname, 'the journey rests on it').toBe('127.0.0.1');
    const lead = await api('lead');
    const key = `F${Date.now().toString(36).toUpperCase()}`;
    await lead.post('/projects', { key, name: `Foreign ${key}`, template: 'software', visibility: 'internal' });
    const { key: issue } = await lead.post<{ key: string }>(`/projects/${key}/issues`, { title: 'Ours' });
    await signIn(page, 'lead');
    const before = await stored(page, key);
    expect(before.issues.items).toHaveLength(1);

    const elsewhere = await foreignServer();
    // Beside the product's page, in the same browser. Its console is full of refusals, as it should be.
    const foreign = await page.context().newPage();
    const home = elsewhere.url(host);
    try {
      await test.step('forms', async () => {
        for (const [type, path, fields] of forms(key)) {
          await foreign.goto(home);
          const answered = foreign.waitForResponse(`${product}${path}`);
          await foreign.evaluate(
            ([action, enctype, fields]) => {
              const form = Object.assign(document.createElement('form'), { method: 'post', action, enctype });
              for (const [name, value] of fields) {
                form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
              }
              document.body.append(form);
              form.submit();
            },
            [`${product}${path}`, type, fields] as const,
          );
          const answer = await answered;
          expect(answer.status(), `${type} to ${path}`).toBe(403);
          expect(await signed(answer), 'the cookie was sent').toBe(sent);
          await expect(foreign.locator('body')).toContainText('foreign-origin');
        }
      });

      await test.step('scripts that write', async () => {
        await foreign.goto(home);
        const wire = await Wire.of(foreign);
        for (const [mode, method, path, body] of writes(key, issue)) {
          const asked = `${mode} ${method} ${path}`;
          wire.forget();
          const seen = await foreign.evaluate(
            async ([url, mode, method, body]) => {
              // JSON told as text needs nobody's permission; told as JSON, the browser asks for it first.
              const headers = { 'Content-Type': mode === 'cors' ? 'application/json' : 'text/plain' };
              try {
                const answer = await fetch(url, { mode, method, credentials: 'include', headers, body: body ?? null });
                return `${answer.type} ${answer.status} ${await answer.text()}`;
              } catch (error) {
                return error instanceof TypeError ? 'refused' : String(error);
              }
            },
            [`${product}${path}`, mode, method, body] as const,
          );
          expect(seen, asked).toBe('refused');
          // One that needs permission got no further than the question; the other arrived, and was refused.
          await expect.poll(() => wire.methods(), asked).toEqual([mode === 'cors' ? 'OPTIONS' : method]);
          if (mode === 'no-cors') {
            const [arrived] = wire.answered();
            expect(arrived?.status, asked).toBeGreaterThanOrEqual(400);
            expect(arrived?.status, asked).toBeLessThan(500);
            expect(arrived?.signed, `${asked}: the cookie was sent`).toBe(sent);
          }
        }
        // Other methods cannot be sent without asking at all.
        for (const method of ['PATCH', 'PUT', 'DELETE']) {
          const call = foreign.evaluate(
            ([url, method]) => fetch(url, { mode: 'no-cors', method, credentials: 'include' }).then(() => 'sent'),
            [`${product}/api/v1/me`, method] as const,
          );
          await expect(call).rejects.toThrow(/no-cors/);
        }
      });

      await test.step('scripts, pictures, streams and frames that read', async () => {
        await foreign.goto(home);
        const learned = await foreign.evaluate(
          async ([product, key, issue]) => {
            const learned: string[] = [];
            for (const path of ['/api/v1/me', `/api/v1/issues/${issue}`, `/api/v1/issues?project=${key}`, '/api/v1/me/tokens', '/%61pi/v1/me', '/']) {
              try {
                const answer = await fetch(`${product}${path}`, { credentials: 'include' });
                learned.push(`${path}: ${await answer.text()}`);
              } catch (error) {
                if (!(error instanceof TypeError)) throw error;
              }
              const sealed = await fetch(`${product}${path}`, { mode: 'no-cors', credentials: 'include' }).catch(() => undefined);
              const text = await sealed?.text();
              if (text) learned.push(`${path} without asking: ${text}`);
            }
            const loads = (element: HTMLImageElement | HTMLScriptElement, path: string) =>
              new Promise<void>((resolve) => {
                element.addEventListener('load', () => (learned.push(`<${element.tagName}> ${path} loaded`), resolve()));
                element.addEventListener('error', () => resolve());
                element.src = `${product}${path}`;
                document.body.append(element);
              });
            await loads(new Image(), '/api/v1/me');
            await loads(document.createElement('script'), '/api/v1/me');
            await loads(document.createElement('script'), `/api/v1/issues?project=${key}`);
            const stream = new EventSource(`${product}/api/v1/stream`, { withCredentials: true });
            await new Promise<void>((resolve) => {
              stream.addEventListener('open', () => (learned.push('the stream opened'), resolve()));
              stream.addEventListener('message', ({ data }) => learned.push(`the stream said ${data}`));
              stream.addEventListener('error', () => resolve());
            });
            stream.close();
            return learned;
          },
          [product, key, issue] as const,
        );
        expect(learned).toEqual([]);

        for (const path of ['/', `/issues/${issue}`, '/settings/profile', '/api/v1/me']) {
          await foreign.goto(home);
          const reached = await foreign.evaluate(async (url) => {
            const frame = document.createElement('iframe');
            const done = new Promise((resolve) => frame.addEventListener('load', resolve));
            frame.src = url;
            document.body.append(frame);
            await done;
            return frame.contentDocument?.body.innerText ?? '';
          }, `${product}${path}`);
          expect(reached, `<iframe> of ${path}`).toBe('');
          // Nor is there anything to click through: the browser shows its own page instead of ours.
          const framed = () => foreign.frames().filter((frame) => frame !== foreign.mainFrame()).map((frame) => frame.url());
          await expect.poll(framed, `<iframe> of ${path}`).toEqual([expect.stringMatching(/^chrome-error:/)]);
        }
      });

      await test.step('nothing has changed', async () => {
        await page.reload();
        await expect(page.getByRole('navigation').first()).toBeVisible();
        expect(await stored(page, key)).toEqual(before);
      });
    } finally {
      await foreign.close();
      await elsewhere.close();
    }

    // The same from the product's own page is done: what was refused above was refused for where it came from.
    const own = (method: string, path: string, body?: object): Promise<number> =>
      page.evaluate(
        async ([method, path, body]) => {
          const headers = body ? { 'Content-Type': 'application/json' } : undefined;
          const answer = await fetch(path, { method, ...(headers ? { headers, body: JSON.stringify(body) } : {}) });
          return answer.status;
        },
        [method, path, body] as const,
      );
    expect(await own('POST', `/api/v1/projects/${key}/issues`, { title: 'By ourselves' })).toBe(201);
    expect(await own('POST', '/api/v1/auth/logout')).toBe(204);
    expect(await own('GET', '/api/v1/me')).toBe(401);
  });
}
