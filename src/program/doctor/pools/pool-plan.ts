import type { UserPoolType } from '@aws-sdk/client-cognito-identity-provider';
import type { UserPool, UserPools } from '../context/user-pools.js';
import type { DoctorContext } from '../context/context.js';
import type { Finding, Noted } from '../findings/finding.js';
import { lacksStyle, usesManagedLogin, withoutStyle } from './pool-style.js';

/**
 * The plan of the master pool, and what is set there that this plan does not have. A pool keeps such settings when it is moved to
 * a smaller plan, and they count for nothing.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
 */
export async function planFindings(
  context: DoctorContext,
  userPools: UserPools,
  pool: UserPool,
): Promise<Noted> {
  const plan = pool.UserPoolTier;
  const { clientId } = context.settings;
  const isManagedLogin = (await usesManagedLogin(userPools, pool.Id, pool)) === true;
  const isUnstyled = isManagedLogin && (await lacksStyle(userPools, pool.Id, clientId));
  const lacking = [
    ...(plan === 'LITE' && isManagedLogin ? ['managed login'] : []),
    ...(plan === 'LITE' ? beyondLite(pool) : []),
    ...(plan === 'PLUS' ? [] : beyondEssentials(pool)),
  ];
  return {
    findings: [
      ...(isUnstyled ? [withoutStyle('pages_without_branding', `the app client ${clientId}`)] : []),
      ...(lacking.length === 0 ? [] : [planLacks(plan, lacking)]),
    ],
    notes: plan === undefined ? [] : [`plan ${capital(plan)}`],
  };
}

function beyondLite({ LambdaConfig, Policies }: UserPoolType): string[] {
  const { LambdaVersion = 'V1_0' } = LambdaConfig?.PreTokenGenerationConfig ?? {};
  const factors = Policies?.SignInPolicy?.AllowedFirstAuthFactors ?? [];
  return [
    ...(LambdaVersion === 'V1_0'
      ? []
      : [`own claims in access tokens (PreTokenGeneration ${LambdaVersion})`]),
    ...(factors.some((factor) => factor !== 'PASSWORD')
      ? [`signing in without a password (${factors.join(', ')})`]
      : []),
  ];
}

function beyondEssentials({ UserPoolAddOns }: UserPoolType): string[] {
  const mode = UserPoolAddOns?.AdvancedSecurityMode ?? 'OFF';
  return mode === 'OFF' ? [] : [`threat protection (AdvancedSecurityMode ${mode})`];
}

const planLacks = (plan: string | undefined, lacking: readonly string[]): Finding => ({
  code: 'plan_lacks_feature',
  what: `The master pool has the plan ${capital(plan ?? '')}, without ${lacking.join(', without ')}, which is set there.`,
  fix: {
    text: 'Choose a plan that has it, which costs more for each user of a month, or switch it off in the pool.',
    console: 'Amazon Cognito › User pools › the master pool › Settings › Feature plan',
  },
});

const capital = (text: string): string => text.charAt(0) + text.slice(1).toLowerCase();
