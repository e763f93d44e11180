import { z } from 'zod';
import type { PoolUser } from '../model/pool-state.js';
import type { UserPool } from '../model/user-pool.js';
import { userPoolId, username } from './fields.js';
import { poolWithId, userWithName } from './lookups.js';
import { operation, type ApiCall, type Operation } from './operation.js';

/** What an operation on one pool has besides its input. */
export interface PoolCall extends ApiCall {
  readonly pool: UserPool;
}

/** What an operation on one user has besides its input. */
interface UserCall extends PoolCall {
  readonly user: PoolUser;
}

type Answer = object | undefined;

const inPool = z.object({ UserPoolId: userPoolId });
const ofUser = z.object({ Username: username });

/** An operation that names the pool it is about, besides what is of this shape. */
export function poolOperation<Input>(
  shape: z.ZodType<Input>,
  answer: (input: Input, call: PoolCall) => Answer | Promise<Answer>,
): Operation {
  return operation(inPool.and(shape), ({ UserPoolId, ...input }, call) =>
    answer(input as Input, { ...call, pool: poolWithId(call, UserPoolId) }),
  );
}

/** An operation that names the pool, and the user of it, that it is about. */
export function userOperation<Input>(
  shape: z.ZodType<Input>,
  answer: (input: Input, call: UserCall) => Answer | Promise<Answer>,
): Operation {
  return poolOperation(ofUser.and(shape), ({ Username, ...input }, call) =>
    answer(input as Input, { ...call, user: userWithName(call.pool, Username) }),
  );
}
