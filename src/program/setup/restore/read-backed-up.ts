import type { CognitoApi } from '../account/cognito-api.js';
import { unlessAbsent } from '../account/call.js';
import { textIn, type Backup, type BackupEntry, type Description } from './backup.js';
import { clientsCalled, poolsCalled } from '../account/find-by-name.js';
import { TAG } from '../wanted/resources.js';
import { SetupError } from '../failure.js';

/**
 * What exists now of a backup's resources, found by the ids that the backup has.
 *
 * @throws {SetupError} when a pool is in another account or region: then nothing here is what the
 *   backup is of
 */
export async function readBackedUp(
  api: CognitoApi,
  { region, resources, madeAt }: Backup,
): Promise<Readonly<Record<string, Description>>> {
  if (region !== api.region) {
    throw new SetupError(
      `The backup is of region ${region}, and this is ${api.region}: add --region ${region}.`,
    );
  }
  const current: Record<string, Description> = {};
  const pools = resources
    .filter(({ kind }) => kind === 'user pool')
    .map(({ before, after }) => textIn(after ?? before ?? {}, 'Id'));
  for (const entry of resources) {
    const known = entry.after ?? entry.before ?? (await findBegun(api, entry, new Date(madeAt)));
    // Only of a pool that the backup has too is it known whose it is.
    if (known && entry.kind !== 'user pool' && !pools.includes(textIn(known, 'UserPoolId'))) {
      throw new SetupError(
        `The backup has the ${entry.title}, and not the user pool that it is in: it is no backup that setup has written.`,
      );
    }
    const found = known && (await read(api, entry, known));
    if (found !== undefined) current[entry.id] = found;
  }
  return current;
}

async function read(
  api: CognitoApi,
  { kind, title }: BackupEntry,
  known: Description,
): Promise<Description | undefined> {
  const { cognito } = api;
  const text = (name: string): string => textIn(known, name);
  const UserPoolId = text('UserPoolId');
  const describe = async (call: Promise<object>, member: string): Promise<Description> => {
    const answer = ((await unlessAbsent(call)) ?? {}) as Record<string, Description>;
    return answer[member] as Description;
  };
  switch (kind) {
    case 'user pool': {
      const pool = await describe(cognito.describeUserPool({ UserPoolId: text('Id') }), 'UserPool');
      if (pool !== undefined && pool['Arn'] === known['Arn']) return pool;
      const found = pool === undefined ? 'there is none here' : `here it is ${textIn(pool, 'Arn')}`;
      throw new SetupError(
        `The backup is of the ${title}, ${text('Arn')}, and ${found}: use the credentials of that account.`,
      );
    }
    case 'app client':
      return describe(
        cognito.describeUserPoolClient({ UserPoolId, ClientId: text('ClientId') }),
        'UserPoolClient',
      );
    case 'identity provider':
      return describe(
        cognito.describeIdentityProvider({ UserPoolId, ProviderName: text('ProviderName') }),
        'IdentityProvider',
      );
    case 'resource server':
      return describe(
        cognito.describeResourceServer({ UserPoolId, Identifier: text('Identifier') }),
        'ResourceServer',
      );
    case 'style': {
      const ManagedLoginBrandingId = text('ManagedLoginBrandingId');
      return describe(
        cognito.describeManagedLoginBranding({ UserPoolId, ManagedLoginBrandingId }),
        'ManagedLoginBranding',
      );
    }
    case 'domain': {
      const domain = await describe(
        cognito.describeUserPoolDomain({ Domain: text('Domain') }),
        'DomainDescription',
      );
      return domain?.['UserPoolId'] === UserPoolId ? domain : undefined;
    }
    case 'user': {
      const user = await unlessAbsent(
        cognito.adminGetUser({ UserPoolId, Username: text('Username') }),
      );
      return user && { UserPoolId, Username: user.Username };
    }
  }
}

/**
 * By what a thing is found that a run began to make and did not see made: pools and clients have
 * ids that only the answer to that call had. A pool has our tag from its beginning; a client is
 * known by its name and by when it was made.
 */
async function findBegun(
  api: CognitoApi,
  { id, kind, begun }: BackupEntry,
  since: Date,
): Promise<Description | undefined> {
  if (begun === undefined) return undefined;
  const { cognito } = api;
  const UserPoolId = textIn(begun, 'UserPoolId');
  switch (kind) {
    case 'user pool':
      for (const poolId of await poolsCalled(api, textIn(begun, 'PoolName'))) {
        const { UserPool } = await cognito.describeUserPool({ UserPoolId: poolId });
        if (UserPool?.UserPoolTags?.[TAG] === id) return { ...UserPool };
      }
      return undefined;
    case 'app client':
      for (const ClientId of await clientsCalled(api, UserPoolId, textIn(begun, 'ClientName'))) {
        const ids = { UserPoolId, ClientId };
        const { UserPoolClient } = await cognito.describeUserPoolClient(ids);
        if ((UserPoolClient?.CreationDate ?? since) >= since) return ids;
      }
      return undefined;
    case 'style': {
      const client = { UserPoolId, ClientId: textIn(begun, 'ClientId') };
      const style = await unlessAbsent(cognito.describeManagedLoginBrandingByClient(client));
      return style && { ...style.ManagedLoginBranding };
    }
    case 'domain':
    case 'identity provider':
    case 'resource server':
    case 'user':
      return begun;
  }
}
