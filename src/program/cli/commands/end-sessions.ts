import { relyingPartyFrom } from '../../app.js';
import { type Environment, readSettings } from '../../config/from-environment.js';
import { inSettings } from '../../config/library-words.js';
import { ConfigError } from '../../../errors/config-error.js';
import { RelyingPartyError } from '../../../errors/relying-party-error.js';
import type { RelyingParty } from '../../../relying-party/relying-party.js';
import { openSessionStore } from '../../../sessions/stores/open-session-store.js';
import { CommandError } from '../surroundings/failure.js';

/**
 * `lifeguard end-sessions <sub>`: what an operator does for a lost laptop. Works on the store the
 * site uses, so the site notices at the next request.
 *
 * @throws {ConfigError} with everything that is wrong
 * @throws {CommandError} for a store that only its own process can see, and with what was done and
 *   why not all of it
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
  const relyingParty = relyingPartyFrom(settings, { store });
  const outcome = followOutcome(relyingParty);
  try {
    await relyingParty.endSessionsOf(subject).catch(outcome.fail);
  } finally {
    await relyingParty.close();
    await store.close();
  }
  outcome.report();
}

/** For a script that is what it wanted: no session of that user is there afterwards. */
const nobody = `0 sessions ended: the store has none of that subject. If somebody is signed in all the same, the name is
another: the "sub" that /api/me shows to its user, and "subject" in the log lines of login.succeeded. It is no user name or
e-mail address.`;

/** Puts together what the relying party tells, until its last try. */
function followOutcome({ events }: Pick<RelyingParty, 'events'>): {
  readonly fail: (error: unknown) => void;
  readonly report: () => void;
} {
  let ended = 0;
  let dropped = 0;
  let reason: string | undefined;
  let failure: RelyingPartyError | undefined;
  events.on('session.ended', () => (ended += 1));
  events.on('logout.postponed', ({ detail }) => (reason = detail));
  events.on('logout.dropped', ({ count }) => (dropped += count));
  events.on('logout.revocation_failed', ({ session, detail }) => {
    console.error(
      `The refresh token of session ${String(session)} could not be revoked: ${inSettings(detail)}`,
    );
  });
  return {
    fail: (error) => {
      if (!(error instanceof RelyingPartyError)) throw error;
      failure = error;
    },
    report: () => {
      const done = `${ended} ${ended === 1 ? 'session' : 'sessions'} ended`;
      if (reason === undefined && failure !== undefined) {
        throw new CommandError(`No session was ended: ${failure.message}`, { cause: failure });
      }
      if (dropped === 0 && ended === 0) return console.log(nobody);
      if (dropped === 0) return console.log(`${done}.`);
      throw new CommandError(
        failure === undefined
          ? `${done}.\nIt could not be noted for access tokens, which are taken until they expire: ${reason}`
          : `${done}, ${dropped} not: ${reason}\nRun this again when the store works.`,
        { cause: failure },
      );
    },
  };
}
