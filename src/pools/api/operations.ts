import { brandingOperations } from './branding.js';
import { challengeOperations } from './challenges.js';
import { clientSecretOperations } from './client-secrets.js';
import { domainOperations } from './domains.js';
import { groupOperations } from './groups.js';
import { identityProviderOperations } from './identity-providers.js';
import { initiateAuthOperations } from './initiate-auth.js';
import { linkingOperations } from './linking.js';
import { listUserOperations } from './list-users.js';
import { mfaOperations } from './mfa-config.js';
import type { Operations } from './operation.js';
import { provisionedLimitOperations } from './provisioned-limits.js';
import { resourceServerOperations } from './resource-servers.js';
import { selfServiceOperations } from './self-service.js';
import { sessionConfigurationOperations } from './session-configuration.js';
import { tagOperations } from './tags.js';
import { tokenOperations } from './tokens.js';
import { userPoolClientOperations } from './user-pool-clients.js';
import { userPoolOperations } from './user-pools.js';
import { userOperations } from './users.js';

/** Every operation the embedded pools have. */
export const operations: Operations = {
  ...userPoolOperations,
  ...userPoolClientOperations,
  ...clientSecretOperations,
  ...domainOperations,
  ...identityProviderOperations,
  ...userOperations,
  ...listUserOperations,
  ...groupOperations,
  ...resourceServerOperations,
  ...mfaOperations,
  ...tagOperations,
  ...brandingOperations,
  ...sessionConfigurationOperations,
  ...provisionedLimitOperations,
  ...initiateAuthOperations,
  ...challengeOperations,
  ...tokenOperations,
  ...selfServiceOperations,
  ...linkingOperations,
};
