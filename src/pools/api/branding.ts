import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Branding } from '../model/pool-state.js';
import type { UserPool } from '../model/user-pool.js';
import { ApiError, notFound } from './api-error.js';
import { datesOf } from './descriptions.js';
import { clientId } from './fields.js';
import { clientWithId } from './lookups.js';
import type { Operations } from './operation.js';
import { poolOperation } from './pool-operation.js';

const settings = {
  UseCognitoProvidedValues: z.boolean().optional(),
  Settings: z.unknown().optional(),
  Assets: z.array(z.unknown()).optional(),
};
const brandingShape = z.object({ ManagedLoginBrandingId: z.string().min(1) });

/**
 * A style is kept and given back; what counts is that a client has one, since managed login shows
 * no page without.
 */
export const brandingOperations: Operations = {
  CreateManagedLoginBranding: poolOperation(
    z.object({ ClientId: clientId, ...settings }),
    ({ ClientId, ...style }, { pool, now }) => {
      clientWithId(pool, ClientId);
      if (pool.brandings.has(ClientId)) {
        throw new ApiError(
          'ManagedLoginBrandingExistsException',
          'Managed login branding already exists for this client.',
        );
      }
      const times = { createdAt: now, modifiedAt: now };
      const branding = { id: randomUUID(), clientId: ClientId, settings: style, ...times };
      pool.brandings.set(ClientId, branding);
      return { ManagedLoginBranding: describe(pool, branding) };
    },
  ),
  DescribeManagedLoginBranding: poolOperation(
    brandingShape,
    ({ ManagedLoginBrandingId }, { pool }) => {
      return { ManagedLoginBranding: describe(pool, brandingWithId(pool, ManagedLoginBrandingId)) };
    },
  ),
  DescribeManagedLoginBrandingByClient: poolOperation(
    z.object({ ClientId: clientId }),
    ({ ClientId }, { pool }) => {
      const branding = pool.brandings.get(clientWithId(pool, ClientId).id);
      if (branding === undefined) throw noSuchBranding();
      return { ManagedLoginBranding: describe(pool, branding) };
    },
  ),
  UpdateManagedLoginBranding: poolOperation(
    brandingShape.extend(settings),
    ({ ManagedLoginBrandingId, ...style }, { pool, now }) => {
      const present = brandingWithId(pool, ManagedLoginBrandingId);
      const branding = {
        ...present,
        settings: { ...present.settings, ...style },
        modifiedAt: now,
      };
      pool.brandings.set(branding.clientId, branding);
      return { ManagedLoginBranding: describe(pool, branding) };
    },
  ),
  DeleteManagedLoginBranding: poolOperation(
    brandingShape,
    ({ ManagedLoginBrandingId }, { pool }) => {
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

const describe = (pool: UserPool, branding: Branding): object => ({
  ManagedLoginBrandingId: branding.id,
  UserPoolId: pool.id,
  UseCognitoProvidedValues: false,
  ...branding.settings,
  ...datesOf(branding),
});
