import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  dropOutdated,
  type AppClient,
  type AuthChallenge,
  type PoolUser,
} from '../model/pool-state.js';
import type { UserPool } from '../model/user-pool.js';
import { setPassword, signInProblem, userWithLogin } from '../model/users.js';
import { ApiError, invalidParameter, notAuthorized } from './api-error.js';
import { signInResult } from './authentication-result.js';
import { clientId, userPoolId } from './fields.js';
import { clientWithId, poolOfClient, poolWithId } from './lookups.js';
import { operation, type Operations } from './operation.js';
import { requireSecretHash } from './secret-hash.js';
import { isSrpProof, offerSrp, verifierOfNobody } from './srp-exchange.js';
import { refuseChange, refuseUnwritableAttributes, writeAttributes } from './user-attributes.js';
import { refusePassword } from './users.js';

type Responses = Readonly<Record<string, string>>;

/** Whom a challenge is put to, and by whom. */
interface Challenged {
  readonly pool: UserPool;
  readonly client: AppClient;
  readonly session: string | undefined;
  readonly responses: Responses;
  readonly now: number;
}

const responseShape = z.object({
  ClientId: clientId,
  ChallengeName: z.string().min(1),
  Session: z.string().min(20).max(2048).optional(),
  ChallengeResponses: z.record(z.string(), z.string()).optional(),
});

/** RespondToAuthChallenge and AdminRespondToAuthChallenge. */
export const challengeOperations: Operations = {
  RespondToAuthChallenge: operation(
    responseShape,
    async ({ ClientId, ChallengeName, Session, ChallengeResponses = {} }, call) => {
      const { pool, client } = poolOfClient(call, ClientId);
      const challenged = { pool, client, session: Session, responses: ChallengeResponses };
      return respond(ChallengeName, { ...challenged, now: call.now });
    },
  ),
  AdminRespondToAuthChallenge: operation(
    responseShape.extend({ UserPoolId: userPoolId }),
    async ({ UserPoolId, ClientId, ChallengeName, Session, ChallengeResponses = {} }, call) => {
      const pool = poolWithId(call, UserPoolId);
      const client = clientWithId(pool, ClientId);
      const challenged = { pool, client, session: Session, responses: ChallengeResponses };
      return respond(ChallengeName, { ...challenged, now: call.now });
    },
  ),
};

/**
 * What comes after the right password: tokens, or the demand for a new one.
 *
 * @throws {ApiError} when the user may not sign in
 */
export async function afterPassword(
  pool: UserPool,
  client: AppClient,
  user: PoolUser,
  now: number,
): Promise<object> {
  refuseSignIn(user, now);
  if (user.status !== 'FORCE_CHANGE_PASSWORD') return signInResult(pool, client, user, now);
  const { username, sub, attributes } = user;
  const Session = putChallenge(pool, client, now, {
    name: 'NEW_PASSWORD_REQUIRED',
    login: username,
    sub,
    srp: undefined,
  });
  const missing = pool.requiredAttributes.filter((name) => !attributes[name]);
  return {
    ChallengeName: 'NEW_PASSWORD_REQUIRED',
    Session,
    ChallengeParameters: {
      USER_ID_FOR_SRP: username,
      requiredAttributes: JSON.stringify(missing.map((name) => `userAttributes.${name}`)),
      userAttributes: JSON.stringify(attributes),
    },
  };
}

function refuseSignIn(user: PoolUser, now: number): void {
  const problem = signInProblem(user, now);
  if (problem !== undefined) throw new ApiError(problem.exception, problem.message);
}

/**
 * Puts the challenge that a password proves without being sent. It looks the same for somebody who
 * is not there.
 */
export async function askForSrpProof(
  pool: UserPool,
  client: AppClient,
  { user, login, publicA }: { user: PoolUser | undefined; login: string; publicA: string },
  now: number,
): Promise<object> {
  const username = user?.username ?? login;
  const known = await user?.password?.srp();
  const verifier = known ?? verifierOfNobody({ poolId: pool.id, username });
  const { b, publicB } = offerSrp(publicA, verifier);
  const secretBlock = putChallenge(pool, client, now, {
    name: 'PASSWORD_VERIFIER',
    login,
    sub: known && user?.sub,
    srp: { a: publicA, b },
  });
  return {
    ChallengeName: 'PASSWORD_VERIFIER',
    ChallengeParameters: {
      SALT: verifier.salt,
      SECRET_BLOCK: secretBlock,
      SRP_B: publicB,
      USERNAME: username,
      USER_ID_FOR_SRP: username,
    },
  };
}

function putChallenge(
  pool: UserPool,
  client: AppClient,
  now: number,
  challenge: Omit<AuthChallenge, 'clientId' | 'expiresAt'>,
): string {
  dropOutdated(pool.authChallenges, (each) => now > each.expiresAt);
  const handle = randomBytes(512).toString('base64');
  const expiresAt = now + client.authSessionSeconds * 1000;
  pool.authChallenges.set(handle, { ...challenge, clientId: client.id, expiresAt });
  return handle;
}

async function respond(name: string, challenged: Challenged): Promise<object> {
  if (name === 'NEW_PASSWORD_REQUIRED') return takeNewPassword(challenged);
  if (name === 'PASSWORD_VERIFIER') return takeSrpProof(challenged);
  throw invalidParameter(`The embedded pools never put the challenge ${name}.`);
}

async function takeNewPassword(challenged: Challenged): Promise<object> {
  const { pool, client, session = '', responses, now } = challenged;
  const { user } = challengeOf(challenged, session, 'NEW_PASSWORD_REQUIRED');
  const password = responses['NEW_PASSWORD'];
  if (!password) throw invalidParameter('Missing required parameter NEW_PASSWORD');
  if (user?.status !== 'FORCE_CHANGE_PASSWORD') throw invalidSession();
  refuseSignIn(user, now);
  refusePassword(pool, password);
  const attributes = attributesIn(responses);
  refuseChange(pool, attributes);
  refuseUnwritableAttributes(client, attributes);
  const together = { ...user.attributes, ...attributes };
  const missing = pool.requiredAttributes.find((name) => !together[name]);
  if (missing !== undefined) {
    throw invalidParameter(`Invalid attributes given, ${missing} is missing`);
  }
  // Only now: after a weak password the same session may be tried again.
  pool.authChallenges.delete(session);
  writeAttributes(user, attributes, now);
  setPassword(pool, user, password, now);
  return signInResult(pool, client, user, now);
}

async function takeSrpProof(challenged: Challenged): Promise<object> {
  const { pool, client, responses, now } = challenged;
  const secretBlock = responses['PASSWORD_CLAIM_SECRET_BLOCK'] ?? '';
  const { challenge, user } = challengeOf(challenged, secretBlock, 'PASSWORD_VERIFIER');
  pool.authChallenges.delete(secretBlock);
  const verifier = await user?.password?.srp();
  const isRight =
    user !== undefined &&
    verifier !== undefined &&
    challenge.srp !== undefined &&
    isSrpProof(
      { poolId: pool.id, username: user.username },
      {
        publicA: challenge.srp.a,
        b: challenge.srp.b,
        verifier,
        secretBlock,
        timestamp: responses['TIMESTAMP'] ?? '',
        signature: responses['PASSWORD_CLAIM_SIGNATURE'] ?? '',
      },
    );
  if (!isRight) throw notAuthorized('Incorrect username or password.');
  return afterPassword(pool, client, user, now);
}

/**
 * @throws {ApiError} when the handle is not one of ours, of another client, over, or was put to
 *   somebody else
 */
function challengeOf(
  { pool, client, responses, now }: Challenged,
  handle: string,
  name: AuthChallenge['name'],
): { challenge: AuthChallenge; user: PoolUser | undefined } {
  const login = responses['USERNAME'];
  if (!login) throw invalidParameter('Missing required parameter USERNAME');
  const challenge = pool.authChallenges.get(handle);
  const user = userWithLogin(pool, challenge?.login ?? login);
  requireSecretHash(client, responses['SECRET_HASH'], [login, user?.username ?? login]);
  if (challenge?.name !== name || challenge.clientId !== client.id) throw invalidSession();
  if (now > challenge.expiresAt) {
    throw notAuthorized('Invalid session for the user, session is expired.');
  }
  if (userWithLogin(pool, login) !== user) throw invalidSession();
  return { challenge, user: user?.sub === challenge.sub ? user : undefined };
}

const invalidSession = (): ApiError => notAuthorized('Invalid session for the user.');

function attributesIn(responses: Responses): Record<string, string> {
  const prefix = 'userAttributes.';
  return Object.fromEntries(
    Object.entries(responses)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}
