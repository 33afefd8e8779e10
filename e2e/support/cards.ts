import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Puts `count` cards into the open columns of a project, one after the other: `iit-server seed`, which
 * takes seconds where as many requests take minutes. `cargo xtask test` says where the server's program
 * is, and what it needs to know.
 */
export async function fillBoard(key: string, count: number): Promise<void> {
  const server = process.env.IIT_E2E_SERVER;
  if (server === undefined) {
    throw new Error('IIT_E2E_SERVER must name the program of the server, in its environment (DATABASE_URL …)');
  }
  await promisify(execFile)(server, ['seed', '--cards', String(count), '--project', key]);
}
