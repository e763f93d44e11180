import { poolPageError } from '../../../cognito/pool-pages.js';
import { type Finding, finding } from '../findings/finding.js';
import { readDiscovery, type ReadDiscovery } from './discovery-document.js';
import { issuerMistake, issuerSlips } from './issuer-candidates.js';
import type { DoctorParts } from '../context/context.js';
import { ifAllowed, UserPoolsError } from '../context/user-pools.js';
import { visit } from './visit.js';

interface NearMissParts extends DoctorParts {
  readonly clientId?: string | undefined;
}

/**
 * What ISSUER is in place of the issuer; and the issuer itself, where its own document confirms it.
 */
export interface NearMiss {
  readonly finding: Finding;
  readonly confirmed?: Confirmed;
}

interface Confirmed {
  readonly issuer: string;
  readonly read: Extract<ReadDiscovery, { document: unknown }>;
}

/**
 * Finds out what an ISSUER that leads to no document was meant to be. A value is suggested as right
 * only when its own document says so; where nobody can be reached it is said that it could not be
 * made sure.
 */
export async function issuerNearMiss(
  written: string,
  parts: NearMissParts,
): Promise<NearMiss | undefined> {
  const miss = (is: string, text: string, more: Parameters<typeof finding>[3]): Finding =>
    finding('issuer_near_miss', `ISSUER ${is}: ${written.slice(0, 300)}`, text, more);
  const right = (is: string, confirmed: Confirmed): NearMiss => ({
    finding: miss(is, 'Write the issuer itself; its document was read and calls itself so.', {
      set: { ISSUER: confirmed.issuer },
    }),
    confirmed,
  });
  const mistake = issuerMistake(written, parts);
  for (const each of [mistake, ...issuerSlips(written)]) {
    const confirmed = each && (await confirm(each.candidates, parts));
    if (confirmed) return right(each.is, confirmed);
  }
  if (mistake !== undefined) {
    const [likeliest] = mistake.candidates;
    const text =
      likeliest === undefined
        ? 'Write the issuer: of a user pool https://cognito-idp.<region>.amazonaws.com/<user pool id>.'
        : `It was probably meant to be ${likeliest}, where no document could be read to make sure.`;
    return { finding: miss(mistake.is, text, { console: CONSOLE }) };
  }
  if (!(await isPoolDomain(written, parts))) return undefined;
  const confirmed = await confirm(await issuersBehind(written, parts), parts);
  const is = 'is the domain of a user pool’s sign-in pages, not its issuer';
  const text =
    'Write https://cognito-idp.<region>.amazonaws.com/<user pool id>; with --aws doctor finds it.';
  return confirmed ? right(is, confirmed) : { finding: miss(is, text, { console: CONSOLE }) };
}

async function confirm(
  candidates: readonly string[],
  { fetch, now }: NearMissParts,
): Promise<Confirmed | undefined> {
  const reads = await Promise.all(
    candidates
      .filter((each) => URL.canParse(each))
      .map(async (issuer) => ({ issuer, read: await readDiscovery(issuer, fetch, now) })),
  );
  for (const { issuer, read } of reads) {
    if ('document' in read && read.document['issuer'] === issuer) return { issuer, read };
  }
  return undefined;
}

/** A pool's domain answers at once that an authorization request without parameters lacks one. */
async function isPoolDomain(written: string, { fetch }: NearMissParts): Promise<boolean> {
  if (!URL.canParse(written)) return false;
  if (/\.auth(-fips)?\.[a-z0-9-]+\.amazoncognito\.com$/.test(new URL(written).hostname))
    return true;
  try {
    const hops = await visit(new URL(`${domainIn(written)}/oauth2/authorize`), { fetch });
    const { url, status = 0, body } = hops.at(-1)!;
    return poolPageError(url, status, body) === 'parameter_missing';
  } catch {
    return false;
  }
}

/** Without the pages below it. */
const domainIn = (written: string): string =>
  written.replace(/[?#].*$/, '').replace(/\/(?:oauth2\/\w+|login|logout|signup|error)?\/*$/, '');

/** Which pool has the domain, AWS knows. */
async function issuersBehind(
  written: string,
  { userPools, endpointUrl }: NearMissParts,
): Promise<string[]> {
  if (userPools === undefined || userPools instanceof UserPoolsError) return [];
  const { hostname, pathname } = new URL(domainIn(written));
  const [, prefix, region] =
    /^([^.]+)\.auth(?:-fips)?\.([a-z0-9-]+)\.amazoncognito\.com$/.exec(hostname) ?? [];
  const isEmbedded = endpointUrl !== undefined && written.startsWith(endpointUrl);
  const name = prefix ?? (isEmbedded ? pathname.slice(1) : hostname);
  const id = (await ifAllowed(() => userPools.domain(name, region)))?.UserPoolId;
  return id === undefined ? [] : [...(issuerMistake(id, { endpointUrl })?.candidates ?? [])];
}

const CONSOLE = 'Amazon Cognito › User pools › the master pool › Overview › User pool ID';
