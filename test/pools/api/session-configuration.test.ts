import {
  GetProvisionedLimitCommand,
  GetUserPoolSessionConfigurationCommand,
  SetUserPoolSessionConfigurationCommand,
  UpdateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { expect, it } from 'vitest';
import { makePool, refusal, useApi } from './api.js';

const api = useApi();

it('tracks no sessions until it is told to, and says how many a user may have', async () => {
  const UserPoolId = await makePool(api);
  const read = new GetUserPoolSessionConfigurationCommand({ UserPoolId });
  expect(await api.sdk.send(read)).toMatchObject({
    UserPoolId,
    UserSessionTracking: 'DISABLED',
    TokenSession: { MaxPerUser: 20 },
  });
  const wanted = { UserSessionTracking: 'ENABLED', TokenSession: { MaxPerUser: 5 } } as const;
  await api.sdk.send(new SetUserPoolSessionConfigurationCommand({ UserPoolId, ...wanted }));
  expect(await api.sdk.send(read)).toMatchObject(wanted);
  const off = { ...wanted, UserSessionTracking: 'DISABLED' } as const;
  await api.sdk.send(new SetUserPoolSessionConfigurationCommand({ UserPoolId, ...off }));
  expect(await api.sdk.send(read)).toMatchObject(off);
});

it('has no session management in the plan Lite, and none of a number that nobody may have', async () => {
  const UserPoolId = await makePool(api);
  const set = (MaxPerUser: number): Promise<unknown> =>
    api.sdk.send(
      new SetUserPoolSessionConfigurationCommand({
        UserPoolId,
        UserSessionTracking: 'ENABLED',
        TokenSession: { MaxPerUser },
      }),
    );
  expect(await refusal(set(101))).toMatch(/^InvalidParameterException/);
  await api.sdk.send(new UpdateUserPoolCommand({ UserPoolId, UserPoolTier: 'LITE' }));
  expect(await refusal(set(5))).toMatch(/^FeatureUnavailableInTierException/);
});

it('says how many requests of a kind an account may make in a second', async () => {
  const limit = (Category: string): Promise<unknown> =>
    api.sdk.send(
      new GetProvisionedLimitCommand({
        LimitDefinition: { LimitClass: 'API_CATEGORY', Attributes: { Category } },
      }),
    );
  expect(await limit('UserFederation')).toMatchObject({
    Limit: { ProvisionedLimitValue: 25, FreeLimitValue: 25 },
  });
  expect(await refusal(limit('Nothing'))).toMatch(/^ResourceNotFoundException/);
});
