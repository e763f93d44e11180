import type { UserPoolType } from '@aws-sdk/client-cognito-identity-provider';
import type { UserPool, UserPools } from '../context/user-pools.js';
import { ownClient } from '../context/app-client.js';
import type { DoctorContext } from '../context/context.js';
import { type Finding, type Noted, finding } from '../findings/finding.js';
import { styleFinding, usesManagedLogin } from './pool-style.js';

/**
 * The plan of the master pool, and what is set there that this plan does not have. A pool keeps
 * such settings when it is moved to a smaller plan, and they count for nothing.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
 */
export async function planFindings(
  context: DoctorContext,
  userPools: UserPools,
  pool: UserPool,
): Promise<Noted> {
  const plan = pool.UserPoolTier;
  const isManagedLogin = await usesManagedLogin(userPools, pool);
  const lacking = [
    ...(plan === 'LITE' && isManagedLogin ? ['managed login'] : []),
    ...(plan === 'LITE' ? beyondLite(pool) : []),
    ...(plan === 'PLUS' ? [] : beyondEssentials(pool)),
  ];
  return {
    findings: [
      isManagedLogin ? await styleFinding(userPools, ownClient(context)) : undefined,
      lacking.length === 0 ? undefined : planLacks(plan, lacking),
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

const planLacks = (plan: string | undefined, lacking: readonly string[]): Finding =>
  finding(
    'plan_lacks_feature',
    `The master pool has the plan ${capital(plan ?? '')}, without ${lacking.join(', without ')}, which is set there.`,
    'Choose a plan that has it, which costs more for each user of a month, or switch it off in the pool.',
    { console: 'Amazon Cognito › User pools › the master pool › Settings › Feature plan' },
  );

const capital = (text: string): string => text.charAt(0) + text.slice(1).toLowerCase();
