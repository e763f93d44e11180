import type { UserPoolClientType } from '@aws-sdk/client-cognito-identity-provider';
import type { Settings } from '../../config/options/settings.js';
import { atClient, ownClient } from '../context/app-client.js';
import type { DoctorContext } from '../context/context.js';
import { type Finding, finding } from '../findings/finding.js';

/**
 * What the site asks for by a scope that shows nothing of it, because the app client may not read
 * it. Without a list it may read all standard attributes.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
 */
export function unreadableFinding(
  context: DoctorContext,
  { ReadAttributes: readable }: UserPoolClientType,
): Finding | undefined {
  if (readable === undefined) return undefined;
  const { settings } = context;
  const scopes = settings.scope.split(' ');
  const needed = scopes.includes('email') ? emailNeeds(settings) : [];
  const missing = needed.filter((name) => !readable.includes(name));
  // Whoever may read anything of a profile has a use for the scope, be there names in it or not.
  if (scopes.includes('profile') && readable.every((name) => OF_OTHER_SCOPES.includes(name))) {
    missing.push('name');
  }
  if (missing.length === 0) return undefined;
  return finding(
    'attributes_unreadable',
    `SCOPE is “${settings.scope}”, and the app client ${settings.clientId} may not read ${missing.join(', ')}.`,
    'Allow it to read them, or take the scope out of SCOPE.',
    atClient(ownClient(context), 'Attribute permissions › Edit', {
      add: { ReadAttributes: missing },
    }),
  );
}

const OF_OTHER_SCOPES = ['email', 'email_verified', 'phone_number', 'phone_number_verified'];

/** Where the operator vouches for the addresses, nobody asks the pool whether they are verified. */
function emailNeeds({ emailIsVerified, identityProviders }: Settings): readonly string[] {
  const isVouchedFor =
    emailIsVerified ||
    (identityProviders.length > 0 && identityProviders.every((each) => each.emailIsVerified));
  return isVouchedFor ? ['email'] : ['email', 'email_verified'];
}
