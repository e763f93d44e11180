import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Branding } from '../model/pool-state.js';
import type { UserPool } from '../model/user-pool.js';
import { ApiError, notFound } from './api-error.js';
import { seconds } from './descriptions.js';
import { clientId, userPoolId } from './fields.js';
import { clientWithId, poolWithId } from './lookups.js';
import { operation, type Operations } from './operation.js';

const settings = {
  UseCognitoProvidedValues: z.boolean().optional(),
  Settings: z.unknown().optional(),
  Assets: z.array(z.unknown()).optional(),
};
const brandingShape = z.object({
  UserPoolId: userPoolId,
  ManagedLoginBrandingId: z.string().min(1),
});

/**
 * A style is kept and given back; what counts is that a client has one, since managed login shows
 * no page without.
 */
export const brandingOperations: Operations = {
  CreateManagedLoginBranding: operation(
    z.object({ UserPoolId: userPoolId, ClientId: clientId, ...settings }),
    ({ UserPoolId, ClientId, ...style }, call) => {
      const pool = poolWithId(call, UserPoolId);
      clientWithId(pool, ClientId);
      if (pool.brandings.has(ClientId)) {
        throw new ApiError(
          'ManagedLoginBrandingExistsException',
          'Managed login branding already exists for this client.',
        );
      }
      const times = { createdAt: call.now, modifiedAt: call.now };
      const branding = { id: randomUUID(), clientId: ClientId, settings: style, ...times };
      pool.brandings.set(ClientId, branding);
      return { ManagedLoginBranding: describe(pool, branding) };
    },
  ),
  DescribeManagedLoginBranding: operation(
    brandingShape,
    ({ UserPoolId, ManagedLoginBrandingId }, call) => {
      const pool = poolWithId(call, UserPoolId);
      return { ManagedLoginBranding: describe(pool, brandingWithId(pool, ManagedLoginBrandingId)) };
    },
  ),
  DescribeManagedLoginBrandingByClient: operation(
    z.object({ UserPoolId: userPoolId, ClientId: clientId }),
    ({ UserPoolId, ClientId }, call) => {
      const pool = poolWithId(call, UserPoolId);
      const branding = pool.brandings.get(clientWithId(pool, ClientId).id);
      if (branding === undefined) throw noSuchBranding();
      return { ManagedLoginBranding: describe(pool, branding) };
    },
  ),
  UpdateManagedLoginBranding: operation(
    brandingShape.extend(settings),
    ({ UserPoolId, ManagedLoginBrandingId, ...style }, call) => {
      const pool = poolWithId(call, UserPoolId);
      const present = brandingWithId(pool, ManagedLoginBrandingId);
      const branding = {
        ...present,
        settings: { ...present.settings, ...style },
        modifiedAt: call.now,
      };
      pool.brandings.set(branding.clientId, branding);
      return { ManagedLoginBranding: describe(pool, branding) };
    },
  ),
  DeleteManagedLoginBranding: operation(
    brandingShape,
    ({ UserPoolId, ManagedLoginBrandingId }, call) => {
      const pool = poolWithId(call, UserPoolId);
      pool.brandings.delete(brandingWithId(pool, ManagedLoginBrandingId).clientId);
      return undefined;
    },
  ),
};

function brandingWithId(pool: UserPool, id: string): Branding {
  const branding = [...pool.brandings.values()].find((each) => each.id === id);
  if (branding === undefined) throw noSuchBranding();
  return branding;
}

const noSuchBranding = (): ApiError => notFound('Managed login branding does not exist.');

const describe = (pool: UserPool, { id, settings: style, ...times }: Branding): object => ({
  ManagedLoginBrandingId: id,
  UserPoolId: pool.id,
  UseCognitoProvidedValues: false,
  ...style,
  CreationDate: seconds(times.createdAt),
  LastModifiedDate: seconds(times.modifiedAt),
});
