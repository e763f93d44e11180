import { z } from 'zod';
import { notFound } from './api-error.js';
import { operation, type Operations } from './operation.js';

/**
 * Requests a second that every account has in every region, by category.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
 */
const byCategory: Readonly<Record<string, number>> = {
  UserAuthentication: 120,
  UserCreation: 50,
  UserFederation: 25,
  UserAccountRecovery: 30,
  UserRead: 120,
  UserUpdate: 25,
  UserToken: 120,
  UserResourceRead: 50,
  UserResourceUpdate: 25,
  UserList: 30,
  UserPoolRead: 15,
  UserPoolUpdate: 15,
  UserPoolResourceRead: 20,
  UserPoolResourceUpdate: 15,
  UserPoolClientRead: 15,
  UserPoolClientUpdate: 15,
  ClientAuthentication: 150,
};

/** GetProvisionedLimit: what an account has that never asked for more. */
export const provisionedLimitOperations: Operations = {
  GetProvisionedLimit: operation(
    z.object({
      LimitDefinition: z.object({
        LimitClass: z.enum(['API_CATEGORY']),
        Attributes: z.record(z.string(), z.string()),
      }),
    }),
    ({ LimitDefinition }) => {
      const category = LimitDefinition.Attributes['Category'] ?? '';
      const limit = Object.hasOwn(byCategory, category) ? byCategory[category] : undefined;
      if (limit === undefined) throw notFound('There is no such limit.');
      return {
        Limit: { LimitDefinition, ProvisionedLimitValue: limit, FreeLimitValue: limit },
      };
    },
  ),
};
