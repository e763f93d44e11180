import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';
import { openSessionStore } from '../../../../src/sessions/stores/open-session-store.js';
import { newSession, randomKey } from './new-session.js';

/*
 * A process of its own, because it reads which certificates it trusts when it starts. Says whether
 * the store works, as soon as there is a connection, or a certificate that is not trusted.
 */
const store = await openSessionStore(process.argv[2] ?? '', { now: Date.now });
let answer: string | undefined;
while (answer === undefined) {
  answer = await store.create(randomKey(), newSession(Date.now())).then(
    () => 'works',
    (error: { code: string }) => (/certificate/.test(inspect(error)) ? error.code : undefined),
  );
  await wait(20);
}
process.stdout.write(answer);
await store.close();
