import type { CognitoApi } from './cognito-api.js';

/** Why nothing may be changed: an update might lose what the SDK neither reads nor writes. */
export function unknownProblem({
  unknownMembers,
  sdkVersion,
}: Pick<CognitoApi, 'unknownMembers' | 'sdkVersion'>): string | undefined {
  if (unknownMembers.size === 0) return undefined;
  return `Cognito describes what the installed AWS SDK ${sdkVersion} does not know: ${[...unknownMembers].join('; ')}. A change might lose it, so there is none. It takes a newer version: npm install @aws-sdk/client-cognito-identity-provider@latest`;
}
