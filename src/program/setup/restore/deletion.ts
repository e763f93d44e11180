import { shellWord } from '../../config/shell-word.js';
import { textIn, type BackupEntry, type Description } from './backup.js';

/**
 * The command that deletes a thing of a pool, its option that names the thing, and the member that
 * has the name.
 */
const deletions = {
  domain: ['delete-user-pool-domain', 'domain', 'Domain'],
  'app client': ['delete-user-pool-client', 'client-id', 'ClientId'],
  'identity provider': ['delete-identity-provider', 'provider-name', 'ProviderName'],
  'resource server': ['delete-resource-server', 'identifier', 'Identifier'],
  style: ['delete-managed-login-branding', 'managed-login-branding-id', 'ManagedLoginBrandingId'],
  user: ['admin-delete-user', 'username', 'Username'],
} as const;

/** How a thing that setup has made is deleted by hand. */
export function deletionOf({ kind }: BackupEntry, now: Description): string {
  const text = (name: string): string => shellWord(textIn(now, name));
  if (kind !== 'user pool') {
    const [command, option, member] = deletions[kind];
    return `If nobody needs it: aws cognito-idp ${command} --user-pool-id ${text('UserPoolId')} --${option} ${text(member)}`;
  }
  // Whatever else this resets goes with the pool.
  const unprotect = `aws cognito-idp update-user-pool --user-pool-id ${textIn(now, 'Id')} --deletion-protection INACTIVE`;
  const first = now['DeletionProtection'] === 'ACTIVE' ? `${unprotect} && ` : '';
  return `If nobody needs it, and its domain is gone: ${first}aws cognito-idp delete-user-pool --user-pool-id ${text('Id')}`;
}
