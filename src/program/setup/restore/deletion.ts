import { shellWord } from '../../config/shell-word.js';
import { textIn, type BackupEntry, type Description } from './backup.js';

/** How a thing that setup has made is deleted by hand. */
export function deletionOf({ kind }: BackupEntry, now: Description): string {
  const command = `aws cognito-idp ${commandFor(kind, now)}`;
  if (kind !== 'user pool') return `If nobody needs it: ${command}`;
  // Whatever else this resets goes with the pool.
  const unprotect = `aws cognito-idp update-user-pool --user-pool-id ${textIn(now, 'Id')} --deletion-protection INACTIVE`;
  const first = now['DeletionProtection'] === 'ACTIVE' ? `${unprotect} && ` : '';
  return `If nobody needs it, and its domain is gone: ${first}${command}`;
}

function commandFor(kind: BackupEntry['kind'], now: Description): string {
  const text = (name: string): string => shellWord(textIn(now, name));
  const pool = `--user-pool-id ${text('UserPoolId')}`;
  switch (kind) {
    case 'user pool':
      return `delete-user-pool --user-pool-id ${text('Id')}`;
    case 'domain':
      return `delete-user-pool-domain ${pool} --domain ${text('Domain')}`;
    case 'app client':
      return `delete-user-pool-client ${pool} --client-id ${text('ClientId')}`;
    case 'identity provider':
      return `delete-identity-provider ${pool} --provider-name ${text('ProviderName')}`;
    case 'resource server':
      return `delete-resource-server ${pool} --identifier ${text('Identifier')}`;
    case 'style':
      return `delete-managed-login-branding ${pool} --managed-login-branding-id ${text('ManagedLoginBrandingId')}`;
    case 'user':
      return `admin-delete-user ${pool} --username ${text('Username')}`;
  }
}
