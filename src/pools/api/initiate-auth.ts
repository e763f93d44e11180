import { z } from 'zod';
import { matchesNobody } from '../model/credentials/password.js';
import type { AppClient, PoolUser } from '../model/pool-state.js';
import type { UserPool } from '../model/user-pool.js';
import { userWithLogin } from '../model/users.js';
import { invalidParameter, notAuthorized, userNotFound } from './api-error.js';
import { afterPassword, askForSrpProof } from './challenges.js';
import { clientId, userPoolId } from './fields.js';
import { clientWithId, poolOfClient, poolWithId } from './lookups.js';
import { operation, type Operations } from './operation.js';
import { requireSecretHash } from './secret-hash.js';
import { refreshWithApi } from './tokens.js';

type Parameters = Readonly<Record<string, string>>;

/** What a sign-in through the API is about. */
interface Attempt {
  readonly pool: UserPool;
  readonly client: AppClient;
  readonly parameters: Parameters;
  readonly now: number;
}

const authShape = z.object({
  ClientId: clientId,
  AuthFlow: z.enum([
    'USER_SRP_AUTH',
    'REFRESH_TOKEN_AUTH',
    'REFRESH_TOKEN',
    'CUSTOM_AUTH',
    'ADMIN_NO_SRP_AUTH',
    'USER_PASSWORD_AUTH',
    'ADMIN_USER_PASSWORD_AUTH',
    'USER_AUTH',
  ]),
  AuthParameters: z.record(z.string(), z.string()).optional(),
});

type Flow = z.output<typeof authShape>['AuthFlow'];

/**
 * InitiateAuth and AdminInitiateAuth. Users who came through a provider have no password here and
 * cannot sign in.
 */
export const initiateAuthOperations: Operations = {
  InitiateAuth: operation(authShape, async ({ ClientId, AuthFlow, AuthParameters = {} }, call) => {
    const { pool, client } = poolOfClient(call, ClientId);
    if (AuthFlow.startsWith('ADMIN_')) {
      throw invalidParameter('Initiate Auth method not supported.');
    }
    return begin(AuthFlow, { pool, client, parameters: AuthParameters, now: call.now });
  }),
  AdminInitiateAuth: operation(
    authShape.extend({ UserPoolId: userPoolId }),
    async ({ UserPoolId, ClientId, AuthFlow, AuthParameters = {} }, call) => {
      const pool = poolWithId(call, UserPoolId);
      const client = clientWithId(pool, ClientId);
      if (AuthFlow === 'USER_PASSWORD_AUTH') {
        throw invalidParameter('Initiate Auth method not supported.');
      }
      return begin(AuthFlow, { pool, client, parameters: AuthParameters, now: call.now });
    },
  ),
};

async function begin(flow: Flow, attempt: Attempt): Promise<object> {
  requireFlow(flow, attempt.client);
  switch (flow) {
    case 'USER_PASSWORD_AUTH':
    case 'ADMIN_USER_PASSWORD_AUTH':
    case 'ADMIN_NO_SRP_AUTH':
      return withPassword(attempt);
    case 'USER_SRP_AUTH':
      return withSrp(attempt);
    case 'REFRESH_TOKEN_AUTH':
    case 'REFRESH_TOKEN':
      return refreshWithApi(attempt.pool, attempt.client, attempt.parameters, attempt.now);
    case 'CUSTOM_AUTH':
      throw invalidParameter('Custom auth lambda trigger is not configured for the user pool.');
    case 'USER_AUTH':
      throw invalidParameter('The embedded pools do not have the flow USER_AUTH.');
  }
}

/** The settings that switch a flow on, the older name last. */
const switches: Record<Flow, readonly string[]> = {
  USER_PASSWORD_AUTH: ['ALLOW_USER_PASSWORD_AUTH', 'USER_PASSWORD_AUTH'],
  ADMIN_USER_PASSWORD_AUTH: ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ADMIN_NO_SRP_AUTH'],
  ADMIN_NO_SRP_AUTH: ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ADMIN_NO_SRP_AUTH'],
  USER_SRP_AUTH: ['ALLOW_USER_SRP_AUTH', 'USER_PASSWORD_AUTH', 'ADMIN_NO_SRP_AUTH'],
  REFRESH_TOKEN_AUTH: ['ALLOW_REFRESH_TOKEN_AUTH', 'USER_PASSWORD_AUTH', 'ADMIN_NO_SRP_AUTH'],
  REFRESH_TOKEN: ['ALLOW_REFRESH_TOKEN_AUTH', 'USER_PASSWORD_AUTH', 'ADMIN_NO_SRP_AUTH'],
  CUSTOM_AUTH: ['ALLOW_CUSTOM_AUTH', 'CUSTOM_AUTH_FLOW_ONLY'],
  USER_AUTH: ['ALLOW_USER_AUTH'],
};

function requireFlow(flow: Flow, { authFlows, rotationGraceSeconds }: AppClient): void {
  // With rotation on, GetTokensFromRefreshToken is the only way to refresh here.
  const isRotating = flow.startsWith('REFRESH') && rotationGraceSeconds !== undefined;
  if (!isRotating && switches[flow].some((name) => authFlows.includes(name))) return;
  const words = flow.startsWith('ADMIN_') ? 'Auth flow' : `${flow} flow`;
  throw invalidParameter(`${words} not enabled for this client`);
}

async function withPassword(attempt: Attempt): Promise<object> {
  const { pool, client, parameters, now } = attempt;
  const user = findUser(attempt);
  const password = requireParameter(parameters, 'PASSWORD');
  const isRight = await (user?.password?.matches(password) ?? matchesNobody(password));
  if (user === undefined && !client.preventUserExistenceErrors) throw userNotFound();
  if (user === undefined || !isRight) throw notAuthorized('Incorrect username or password.');
  return afterPassword(pool, client, user, now);
}

async function withSrp(attempt: Attempt): Promise<object> {
  const { pool, client, parameters, now } = attempt;
  const user = findUser(attempt);
  const publicA = requireParameter(parameters, 'SRP_A');
  if (user === undefined && !client.preventUserExistenceErrors) throw userNotFound();
  const login = requireParameter(parameters, 'USERNAME');
  return askForSrpProof(pool, client, { user, login, publicA }, now);
}

function findUser({ pool, client, parameters }: Attempt): PoolUser | undefined {
  const login = requireParameter(parameters, 'USERNAME');
  const user = userWithLogin(pool, login);
  requireSecretHash(client, parameters['SECRET_HASH'], [login, user?.username ?? login]);
  return user;
}

function requireParameter(parameters: Parameters, name: string): string {
  const value = parameters[name];
  if (!value) throw invalidParameter(`Missing required parameter ${name}`);
  return value;
}
