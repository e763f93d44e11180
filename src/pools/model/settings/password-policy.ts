import type { PoolSettings } from './settings.js';

/**
 * Requirements for a new password.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html
 */
export interface PasswordPolicy {
  readonly minimumLength: number;
  readonly requireLowercase: boolean;
  readonly requireUppercase: boolean;
  readonly requireNumbers: boolean;
  readonly requireSymbols: boolean;
}

/** Cognito's default where nothing was set; what a policy leaves out is not required. */
export function passwordPolicyOf({ Policies }: PoolSettings): PasswordPolicy {
  const policy = Policies?.PasswordPolicy;
  const byDefault = policy === undefined;
  return {
    minimumLength: policy?.MinimumLength ?? 8,
    requireLowercase: policy?.RequireLowercase ?? byDefault,
    requireUppercase: policy?.RequireUppercase ?? byDefault,
    requireNumbers: policy?.RequireNumbers ?? byDefault,
    requireSymbols: policy?.RequireSymbols ?? byDefault,
  };
}

/** How long a temporary password that the API sets will work. */
export function temporaryPasswordDays({ Policies, AdminCreateUserConfig }: PoolSettings): number {
  return (
    Policies?.PasswordPolicy?.TemporaryPasswordValidityDays ??
    AdminCreateUserConfig?.UnusedAccountValidityDays ??
    7
  );
}

/** What is wrong with a new password in Cognito's words, or `undefined` if it will do. */
export function policyViolation(password: string, policy: PasswordPolicy): string | undefined {
  const missing = [
    password.length < policy.minimumLength && 'Password not long enough',
    policy.requireLowercase && !/[a-z]/.test(password) && 'Password must have lowercase characters',
    policy.requireUppercase && !/[A-Z]/.test(password) && 'Password must have uppercase characters',
    policy.requireNumbers && !/\d/.test(password) && 'Password must have numeric characters',
    policy.requireSymbols &&
      !/[\^$*.[\]{}()?\-"!@#%&/\\,><':;|_~`+= ]/.test(password) &&
      'Password must have symbol characters',
  ].find((problem) => problem !== false);
  return missing === undefined ? undefined : `Password did not conform with policy: ${missing}`;
}
