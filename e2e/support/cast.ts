/** The people of the demo data. They all sign in with the same password. */
export const PASSWORD = 'demo-password';

export type Name =
  | 'admin'
  | 'maintainer'
  | 'lead'
  | 'developer'
  | 'reporter'
  | 'reporter2'
  | 'viewer';

export const email = (name: Name): string => `${name}@example.com`;
