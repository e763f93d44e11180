import type { Pools } from '../../../../src/pools/index.js';

export type Json = string | number | boolean | Json[] | { [key: string]: Json };

/** One call of the pools' API, as it goes over the wire. */
export async function call(pools: Pools, operation: string, request: object): Promise<Json> {
  const response = await fetch(pools.url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${operation}: ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Json);
}

export function textAt(json: Json, ...path: string[]): string {
  let found: Json | undefined = json;
  for (const key of path) {
    found = typeof found === 'object' && !Array.isArray(found) ? found[key] : undefined;
  }
  if (typeof found !== 'string') throw new TypeError(`no text at ${path.join('.')}`);
  return found;
}

/** Addresses as AWS would make them, as the embedded pools have them. */
export const atPools = (text: string, { url }: Pools): string =>
  text
    .replaceAll(/https:\/\/([\w-]+)\.auth\.eu-west-1\.amazoncognito\.com/g, `${url}/$1`)
    .replaceAll('https://cognito-idp.eu-west-1.amazonaws.com', url);
