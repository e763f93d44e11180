import { z } from 'zod';
import type { UserPool } from '../model/user-pool.js';
import { textWithin } from '../model/settings/settings.js';
import { notFound } from './api-error.js';
import { arnOf } from './descriptions.js';
import { operation, type ApiCall, type Operations } from './operation.js';

const arn = textWithin(20, 2048).regex(
  /^arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)*$/,
);
const key = textWithin(1, 128);

/** TagResource, UntagResource, ListTagsForResource; the resource is a pool. */
export const tagOperations: Operations = {
  TagResource: operation(
    z.object({ ResourceArn: arn, Tags: z.record(key, z.string().max(256)) }),
    ({ ResourceArn, Tags }, call) => {
      const pool = poolWithArn(call, ResourceArn);
      setTags(pool, { ...pool.settings.UserPoolTags, ...Tags });
      return {};
    },
  ),
  UntagResource: operation(
    z.object({ ResourceArn: arn, TagKeys: z.array(key) }),
    ({ ResourceArn, TagKeys }, call) => {
      const pool = poolWithArn(call, ResourceArn);
      const kept = Object.entries(pool.settings.UserPoolTags ?? {}).filter(
        ([name]) => !TagKeys.includes(name),
      );
      setTags(pool, Object.fromEntries(kept));
      return {};
    },
  ),
  ListTagsForResource: operation(z.object({ ResourceArn: arn }), ({ ResourceArn }, call) => ({
    Tags: poolWithArn(call, ResourceArn).settings.UserPoolTags ?? {},
  })),
};

function poolWithArn({ runtime }: ApiCall, wanted: string): UserPool {
  const pool = runtime.pools.find((each) => arnOf(each) === wanted);
  if (pool === undefined) throw notFound(`${wanted} does not exist.`);
  return pool;
}

function setTags(pool: UserPool, UserPoolTags: Record<string, string>): void {
  pool.settings = { ...pool.settings, UserPoolTags };
}
