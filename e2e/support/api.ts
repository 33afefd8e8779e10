import { expect, request, type APIRequestContext, type APIResponse } from '@playwright/test';

import { PASSWORD } from './cast.ts';

type Fields = Record<string, unknown>;

/**
 * The API as a program uses it: for preparing what a journey is not about, and for looking at
 * the answers that a browser hides.
 */
export class Api {
  private constructor(
    private readonly context: APIRequestContext,
    /** Whom the requests are made as; nobody when absent. */
    readonly name: string | undefined,
  ) {}

  static async as(baseURL: string, name: string, password = PASSWORD): Promise<Api> {
    const anonymous = await request.newContext({ baseURL });
    const answer = await anonymous.post('/api/v1/auth/token', {
      form: { username: name, password },
    });
    expect(answer.status(), await answer.text()).toBe(200);
    const { access_token: token } = (await answer.json()) as { access_token: string };
    await anonymous.dispose();
    const context = await request.newContext({
      baseURL,
      extraHTTPHeaders: { Authorization: `Bearer ${token}` },
    });
    return new Api(context, name);
  }

  static async anonymous(baseURL: string): Promise<Api> {
    return new Api(await request.newContext({ baseURL }), undefined);
  }

  /** The answer as it comes, whatever its status. `path` starts below `/api/v1`. */
  fetch(method: string, path: string, data?: Fields, headers?: Record<string, string>): Promise<APIResponse> {
    return this.context.fetch(`/api/v1${path}`, {
      method,
      ...(data === undefined ? {} : { data }),
      ...(headers === undefined ? {} : { headers }),
    });
  }

  get<T = Fields>(path: string): Promise<T> {
    return this.expect<T>(200, 'GET', path);
  }

  post<T = Fields>(path: string, data: Fields): Promise<T> {
    return this.expect<T>(201, 'POST', path, data);
  }

  patch<T = Fields>(path: string, data: Fields): Promise<T> {
    return this.expect<T>(200, 'PATCH', path, data);
  }

  dispose(): Promise<void> {
    return this.context.dispose();
  }

  private async expect<T>(status: number, method: string, path: string, data?: Fields): Promise<T> {
    const answer = await this.fetch(method, path, data);
    expect(answer.status(), `${method} ${path}: ${await answer.text()}`).toBe(status);
    return (await answer.json()) as T;
  }
}
