import { openSessionStore } from '../../../../src/sessions/stores/open-session-store.js';
import { newSession, randomKey } from './new-session.js';

/*
 * A process of its own, because it reads which certificates it trusts when it starts. Says whether
 * the store works.
 */
const store = await openSessionStore(process.argv[2] ?? '', { now: Date.now });
const answer = await store.create(randomKey(), newSession(Date.now())).then(
  () => 'works',
  (error: { code: string }) => error.code,
);
process.stdout.write(answer);
await store.close();
