import { setImmediate as nextTurn } from 'node:timers/promises';
import { openSqliteStore } from '../../../../src/sessions/stores/sqlite/sqlite-store.js';
import { newSession, randomKey } from './new-session.js';

/*
 * Signs people in, refreshes them and signs others out, as fast as it can, until it is killed. Each
 * line says what the store has acknowledged: `created`, `updated` or `destroyed`, and the key. A
 * pipe is written synchronously, so no line is lost with the process.
 */
const store = await openSqliteStore(process.argv[2] ?? '', { now: Date.now });
const acknowledge = (what: string, key: string): boolean =>
  process.stdout.write(`${what} ${key}\n`);

for (;;) {
  const [staying, leaving] = [randomKey(), randomKey()];
  await store.create(
    staying,
    newSession(Date.now(), { tokens: new Uint8Array(3000), indexes: ['sub', staying] }),
  );
  acknowledge('created', staying);
  await store.update(staying, {
    session: Buffer.from('refreshed'),
    tokens: new Uint8Array(3000).fill(1),
  });
  acknowledge('updated', staying);
  await store.create(leaving, newSession(Date.now(), { indexes: ['sub'] }));
  await store.destroy(leaving);
  acknowledge('destroyed', leaving);
  await nextTurn();
}
