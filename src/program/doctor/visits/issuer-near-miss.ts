import { poolPageError } from '../../../cognito/pool-pages.js';
import type { Finding } from '../findings/finding.js';
import { readDiscovery, type ReadDiscovery } from './discovery-document.js';
import { type IssuerMistake, issuerMistake, issuerSlips } from './issuer-candidates.js';
import { ifAllowed, type UserPools, UserPoolsError } from '../context/user-pools.js';
import { visit } from './visit.js';

export interface NearMissParts {
  readonly fetch: typeof fetch;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly clientId?: string | undefined;
  readonly userPools?: UserPools | UserPoolsError | undefined;
  readonly endpointUrl?: string | undefined;
}

/** What ISSUER is in place of the issuer; and the issuer itself, where its own document confirms it. */
export interface NearMiss {
  readonly finding: Finding;
  readonly confirmed?: { readonly issuer: string; readonly read: Documented };
}

type Documented = Extract<ReadDiscovery, { document: unknown }>;

/**
 * Finds out what an ISSUER that leads to no document was meant to be. A value is suggested as right only when its own document
 * says so; where nobody can be reached it is said that it could not be made sure.
 */
export async function issuerNearMiss(
  written: string,
  parts: NearMissParts,
): Promise<NearMiss | undefined> {
  const mistake = issuerMistake(written, parts);
  for (const each of [mistake, ...issuerSlips(written)]) {
    const confirmed = each && (await confirm(each.candidates, parts));
    if (confirmed) return { finding: finding(written, each.is, confirmed.issuer), confirmed };
  }
  const isDomain = mistake === undefined && (await isPoolDomain(written, parts));
  if (isDomain) {
    const issuers = await issuersBehind(written, parts);
    const confirmed = await confirm(issuers, parts);
    const is = 'is the domain of a user pool’s sign-in pages, not its issuer';
    return { finding: finding(written, is, confirmed?.issuer), ...(confirmed && { confirmed }) };
  }
  return mistake && { finding: unconfirmedFinding(written, mistake) };
}

async function confirm(
  candidates: readonly string[],
  { fetch, now }: NearMissParts,
): Promise<NearMiss['confirmed']> {
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

const finding = (written: string, is: string, issuer: string | undefined): Finding => ({
  code: 'issuer_near_miss',
  what: `ISSUER ${is}: ${written.slice(0, 300)}`,
  fix:
    issuer === undefined
      ? {
          text: 'Write https://cognito-idp.<region>.amazonaws.com/<user pool id>; with --aws doctor finds it.',
          console: CONSOLE,
        }
      : {
          text: 'Write the issuer itself; its document was read and calls itself so.',
          change: { kind: 'environment', set: { ISSUER: issuer } },
        },
});

function unconfirmedFinding(
  written: string,
  { is, candidates: [likeliest] }: IssuerMistake,
): Finding {
  return {
    code: 'issuer_near_miss',
    what: `ISSUER ${is}: ${written.slice(0, 300)}`,
    fix: {
      text:
        likeliest === undefined
          ? 'Write the issuer: of a user pool https://cognito-idp.<region>.amazonaws.com/<user pool id>.'
          : `It was probably meant to be ${likeliest}, where no document could be read to make sure.`,
      console: CONSOLE,
    },
  };
}

const CONSOLE = 'Amazon Cognito › User pools › the master pool › Overview › User pool ID';
