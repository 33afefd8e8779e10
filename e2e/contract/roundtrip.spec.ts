// A client of openapi-fetch with the types that openapi-typescript made of the document, at work on
// the demo data. Whatever the document does not have does not compile here.

import { expect, test } from '@playwright/test';
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/api.d.ts';

type Problem = components['schemas']['Problem'];

const baseUrl = process.env.IIT_E2E_URL ?? 'http://127.0.0.1:8080';

function bearing(token: string) {
  return createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
}

async function signedIn() {
  const anybody = createClient<paths>({ baseUrl });
  const { data } = await anybody.POST('/api/v1/auth/token', {
    body: { username: 'maintainer', password: 'demo-password' },
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  });
  return bearing(data!.access_token);
}

/** A program with a token of its own. */
async function program() {
  const person = await signedIn();
  const { data } = await person.POST('/api/v1/me/tokens', {
    body: { name: 'Round trip', scopes: ['issues:write', 'comments:write'], project: 'APP' },
  });
  return bearing(data!.token!);
}

async function made(client: ReturnType<typeof bearing>) {
  const { data, response } = await client.POST('/api/v1/issues', {
    body: { title: 'Invoice total is wrong', labels: ['billing'], severity: 'high' },
  });
  expect(response.status).toBe(201);
  expect(response.headers.get('location')).toBe(`/api/v1/issues/${data!.key}`);
  return data!;
}

test('what is known is not sent again', async () => {
  const client = await program();
  const { key } = await made(client);
  const path = { issue: key };
  const first = await client.GET('/api/v1/issues/{issue}', { params: { path } });
  expect(first.data!.severity).toBe('high');
  const tag = first.response.headers.get('etag')!;
  const again = await client.GET('/api/v1/issues/{issue}', {
    params: { path, header: { 'If-None-Match': tag } },
  });
  expect(again.response.status).toBe(304);
});

test('pages follow one another', async () => {
  const client = await program();
  const seen: string[] = [];
  let cursor: string | undefined;
  for (let i = 0; i < 3; i++) {
    const query = { limit: 5, severity: ['high' as const, 'critical' as const], cursor };
    const { data: page } = await client.GET('/api/v1/issues', { params: { query } });
    if (page === undefined || typeof page === 'string') throw new Error('no page, but a file');
    seen.push(...page.items.map((row) => row.key));
    for (const row of page.items) expect(['high', 'critical']).toContain(row.severity);
    cursor = page.next_cursor ?? undefined;
  }
  expect(new Set(seen).size).toBe(15);
});

test('a change of another version is refused, with the issue as it is now', async () => {
  const client = await program();
  const { key } = await made(client);
  const path = { issue: key };
  const { response } = await client.GET('/api/v1/issues/{issue}', { params: { path } });
  const params = { path, header: { 'If-Match': response.headers.get('etag')! } };
  const changed = await client.PATCH('/api/v1/issues/{issue}', { params, body: { priority: 1 } });
  expect(changed.data!.priority).toBe(1);
  const stale = await client.PATCH('/api/v1/issues/{issue}', { params, body: { assignee: null } });
  const problem: Problem = stale.error!;
  expect(problem.code).toBe('edit-conflict');
  expect(problem.changed).toEqual(['priority']);
});

test('comments are said and read', async () => {
  const client = await program();
  const { key } = await made(client);
  const params = { path: { issue: key } };
  await client.POST('/api/v1/issues/{issue}/comments', { params, body: { body: 'Seen in **4.2**' } });
  const { data } = await client.GET('/api/v1/issues/{issue}/comments', { params });
  expect(data!.items.map((comment) => comment.body)).toEqual(['Seen in **4.2**']);
});

test('files come back byte for byte', async () => {
  const client = await program();
  const { key } = await made(client);
  const bytes = Uint8Array.from({ length: 256_000 }, (_, i) => i % 256);
  const added = await client.POST('/api/v1/issues/{issue}/attachments', {
    params: { path: { issue: key } },
    // The types have files as text; a form has them as they are.
    body: { file: [] },
    bodySerializer: () => {
      const form = new FormData();
      form.append('file', new Blob([bytes]), 'all.bin');
      return form;
    },
  });
  const { id, size } = added.data!.items[0]!;
  expect(size).toBe(bytes.length);
  const { data } = await client.GET('/api/v1/attachments/{id}', {
    params: { path: { id } },
    parseAs: 'arrayBuffer',
  });
  const text = (from: ArrayBuffer | Uint8Array) => new TextDecoder('latin1').decode(from);
  expect(text(data!) === text(bytes)).toBe(true);
});

test('problems are typed', async () => {
  const client = await program();
  const absent = await client.GET('/api/v1/issues/{issue}', { params: { path: { issue: 'APP-99999' } } });
  expect(absent.error!.code).toBe('not-found');
  const empty = await client.POST('/api/v1/issues', { body: { title: '' } });
  expect(empty.error!.errors!.map((error) => error.pointer)).toEqual(['/title']);
});
