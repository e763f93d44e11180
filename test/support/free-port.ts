import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the ports that the system hands out by itself to listeners and connections of the other
// tests (32,768 and up).
const [FIRST, LAST] = [20_000, 32_000];

/**
 * A port of 127.0.0.1 that nobody listens on, for a program that is told its port. Nobody gets it
 * by chance meanwhile.
 */
export async function freePort(): Promise<number> {
  const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!isFree) return freePort();
  server.close();
  await once(server, 'close');
  return port;
}
