import type { Actual } from './actual.js';
import type { Reference, Text } from '../wanted/resources.js';

/** The text, or `undefined` while what it refers to does not exist. */
export function resolve(text: Text, actual: Actual): string | undefined {
  if (typeof text === 'string') return text;
  const value = valueOf(text, actual);
  return value === undefined ? undefined : value + (text.path ?? '');
}

function valueOf({ of, what }: Reference, actual: Actual): string | undefined {
  if (of === 'MasterPool' || of === 'UpstreamPool') {
    if (what === 'issuer') return actual.issuers[of];
    return (of === 'MasterPool' ? actual.MasterDomain : actual.UpstreamDomain)?.origin;
  }
  const client = actual[of];
  return what === 'clientId' ? client?.ClientId : client?.ClientSecret;
}

const places: Readonly<Record<Reference['of'], string>> = {
  MasterPool: 'the master pool',
  UpstreamPool: 'the second pool',
  SiteClient: 'the client "site"',
  UpstreamClient: 'the client "master-pool"',
  MachineClient: 'the client "machine"',
};

const things: Readonly<Record<Reference['what'], string>> = {
  issuer: 'issuer',
  domainOrigin: 'domain',
  clientId: 'client ID',
  clientSecret: 'client secret',
};

/** The text as a plan shows it: what is not known yet by its name, and no secret ever. */
export function show(text: Text, actual: Actual): string {
  if (typeof text !== 'string' && text.what === 'clientSecret') return '(hidden)';
  const value = resolve(text, actual);
  if (value !== undefined || typeof text === 'string') return value ?? '';
  return `<${things[text.what]} of ${places[text.of]}>${text.path ?? ''}`;
}
