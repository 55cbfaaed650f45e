import { join } from 'node:path';

/** Where the cookie of the login is kept. */
export const cookies = join(__dirname, '.auth', 'cookies.json');
