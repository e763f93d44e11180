import { isUserPool, regionOf } from '../../../cognito/user-pool.js';

/**
 * What somebody may have written as ISSUER in place of the issuer, and which issuers they may have
 * meant.
 */
export interface IssuerMistake {
  /** Completes “ISSUER …”. */
  readonly is: string;
  /** The likeliest first; each is still to be looked at. */
  readonly candidates: readonly string[];
}

/**
 * Where a user pool's id is, in whatever else: its ARN, the console's address, another region's
 * host, or by itself.
 */
const POOL_ID = /(?<![\w-])[a-z]{2}(?:-[a-z]+)+-\d_[A-Za-z0-9]{1,55}(?![\w-])/;

/** What app clients of user pools are called. */
const CLIENT_ID = /^[a-z0-9]{26}$/;

const WELL_KNOWN = /\/+\.well-known\/[^/]*\/*$/;

/**
 * Mistakes that can be seen by the text alone.
 *
 * @param written as it is in the settings, be it a URL or not
 * @param around what else helps: the client's id, and where the embedded pools are
 */
export function issuerMistake(
  written: string,
  { clientId, endpointUrl }: { clientId?: string | undefined; endpointUrl?: string | undefined },
): IssuerMistake | undefined {
  if (WELL_KNOWN.test(written)) {
    const is = 'is the address of a document of the issuer, not the issuer';
    return { is, candidates: eitherSlash(written.replace(WELL_KNOWN, '')) };
  }
  const id = POOL_ID.exec(written)?.[0];
  if (id !== undefined && !(URL.canParse(written) && isUserPool(bare(written)))) {
    const is = written === id ? 'is the id of a user pool alone' : 'has a user pool’s id in it';
    return { is: `${is}, and the issuer is an address`, candidates: issuersOf(id, endpointUrl) };
  }
  if (CLIENT_ID.test(written) || written === clientId) {
    const meant = clientId === written ? undefined : POOL_ID.exec(clientId ?? '')?.[0];
    const isSwapped = meant !== undefined || (clientId ?? '').includes('://');
    return {
      is: `looks like a client ID${isSwapped ? ', and CLIENT_ID like the issuer' : ''}`,
      candidates:
        meant !== undefined ? issuersOf(meant, endpointUrl) : isSwapped ? [clientId!] : [],
    };
  }
  if (!URL.canParse(written) || !/^https?:/.test(written)) {
    const looksLikeHost = /^[\w-]+(\.[\w-]+)+(:\d+)?(\/|$)/.test(written);
    return looksLikeHost
      ? { is: 'lacks https:// at its beginning', candidates: eitherSlash(`https://${written}`) }
      : undefined;
  }
  const host = new URL(written).hostname;
  if (id !== undefined && host.startsWith('cognito-idp.') && !host.includes(`.${regionOf(id)}.`)) {
    const is = `names the host of another region than the pool ${id} is in`;
    return { is, candidates: issuersOf(id, endpointUrl) };
  }
  return undefined;
}

/** Small slips in an address that is one; worth a look only where it leads nowhere. */
export function issuerSlips(written: string): readonly IssuerMistake[] {
  if (!URL.canParse(written)) return [];
  const [other, scheme] = written.startsWith('https:') ? ['http', 'https'] : ['https', 'http'];
  const swapped = written.replace(/^https?:/i, `${other}:`);
  const whole = new URL(written);
  const withoutQuery = `${whole.origin}${whole.pathname}`;
  return [
    { is: `begins with ${scheme} in place of ${other}`, candidates: eitherSlash(swapped) },
    {
      is: 'has more behind it than the issuer has',
      candidates: [...eitherSlash(withoutQuery), ...parents(whole)].filter(
        (each) => each !== written,
      ),
    },
  ];
}

/** What AWS, and the embedded pools, make of a pool's id. */
function issuersOf(id: string, endpointUrl: string | undefined): string[] {
  const region = regionOf(id);
  const end = region.startsWith('cn-') ? '.cn' : '';
  const here = endpointUrl === undefined ? [] : [`${bare(endpointUrl)}/${id}`];
  return [...here, `https://cognito-idp.${region}.amazonaws.com${end}/${id}`];
}

const bare = (url: string): string => url.replace(/\/+$/, '');
const eitherSlash = (url: string): string[] => [bare(url), `${bare(url)}/`];

/** The address one and two steps up. */
function parents({ origin, pathname }: URL): string[] {
  const steps = bare(pathname).split('/');
  return [1, 2]
    .filter((up) => steps.length > up)
    .map((up) => bare(`${origin}${steps.slice(0, -up).join('/')}`));
}
