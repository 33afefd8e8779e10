import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ForeignServer {
  /** Where its page is found: another origin than the product's, on the same host or on another. */
  url: (host: string) => string;
  close: () => Promise<void>;
}

/** A web server that is not ours, with one empty page at every address and no policy of its own. */
export async function foreignServer(): Promise<ForeignServer> {
  const server = createServer((_, answer) => {
    answer.setHeader('Content-Type', 'text/html; charset=utf-8');
    answer.end('<!doctype html><html lang="en"><title>Elsewhere</title><h1>Elsewhere</h1></html>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (host) => `http://${host}:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
