import { relyingPartyFrom } from '../app.js';
import { type Environment, readSettings } from '../config/from-environment.js';
import { ConfigError } from '../errors.js';
import { openSessionStore } from '../sessions/open-session-store.js';
import { CommandError } from './failure.js';

/**
 * `lifeguard end-sessions <sub>`: what an operator does for a lost laptop. Works on the store the site uses, so the site notices
 * at the next request.
 *
 * @throws {ConfigError} with everything that is wrong
 * @throws {CommandError} for a store that only its own process can see
 */
export async function endSessions(environment: Environment, subject: string): Promise<void> {
  const read = readSettings(environment);
  if ('problems' in read) throw new ConfigError(read.problems);
  const { settings } = read;
  if (settings.sessionStore === 'memory:') {
    throw new CommandError(
      'SESSION_STORE is memory: and its sessions are in the site’s process; restart that to end them.',
    );
  }
  const store = await openSessionStore(settings.sessionStore, { now: Date.now });
  const relyingParty = relyingPartyFrom(settings, store);
  relyingParty.events.on('logout.revocation_failed', ({ session, detail }) => {
    console.error(`The refresh token of session ${session} could not be revoked: ${detail}`);
  });
  try {
    const ended = await relyingParty.endSessionsOf(subject);
    console.log(`${ended} ${ended === 1 ? 'session' : 'sessions'} ended.`);
  } finally {
    await relyingParty.close();
    await store.close();
  }
}
