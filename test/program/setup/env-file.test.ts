import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDotenv } from '../../../src/program/config/dotenv.js';
import type { Actual } from '../../../src/program/setup/account/actual.js';
import { desiredFor } from '../../../src/program/setup/wanted/desired.js';
import { readEnvFile, withVariables } from '../../../src/program/setup/env/env-file.js';
import { writePrivateFile } from '../../../src/program/setup/env/private-file.js';
import { envChanges } from '../../../src/program/setup/env/env-values.js';
import { SetupError } from '../../../src/program/setup/failure.js';
import { inputs } from './world.js';

const inFolder = (name = '.env'): string =>
  join(mkdtempSync(join(tmpdir(), 'lifeguard-env-')), name);
const set = (text: string, values: Record<string, string>): string =>
  withVariables(text, new Map(Object.entries(values)));

describe('a .env with variables set', () => {
  it('keeps every other line, comments and order', () => {
    const text = '# ours\nPORT=8080\n\nexport ISSUER = old # why\nLOG_LEVEL=warn';
    expect(set(text, { ISSUER: 'https://new.example.com/pool', CLIENT_ID: 'abc' })).toBe(
      '# ours\nPORT=8080\n\nISSUER=https://new.example.com/pool\nLOG_LEVEL=warn\nCLIENT_ID=abc\n',
    );
  });

  it('replaces the assignment that counts, the last', () => {
    const text = set('A=1\nA=2\n', { A: '3' });
    expect(text).toBe('A=1\nA=3\n');
    expect(parseEnv(text)).toEqual({ A: '3' });
  });

  it('takes quoted values of several lines as one', () => {
    const text = 'SESSION_SECRET="first\nISSUER=not an assignment\n"\nISSUER=old\n';
    const result = set(text, { ISSUER: 'new' });
    expect(result).toBe('SESSION_SECRET="first\nISSUER=not an assignment\n"\nISSUER=new\n');
    expect(set(text, { SESSION_SECRET: 'one' })).toBe('SESSION_SECRET=one\nISSUER=old\n');
  });

  it.each(['\r\n', '\r'])('keeps the line ends it has: %j', (end) => {
    expect(set(`A=1${end}# b${end}C=3`, { A: '2', D: '4' })).toBe(
      ['A=2', '# b', 'C=3', 'D=4', ''].join(end),
    );
  });

  it.each([
    ['{"name":"a b","x":[1]}'],
    ['openid email orders/read'],
    ['https://a.example.com/x?y=z'],
    ['with # hash'],
    [''],
  ])('reads back as written: %s', (value) => {
    expect(parseEnv(set('X=1\n', { NAME: value }))).toEqual({ X: '1', NAME: value });
  });
});

it('a .env with a variable set is read again as it was written, whatever is in the value', () => {
  const letters = fc.constantFrom(...`aB1 $_{}'"\\#=\n,(\`;`.split(''));
  fc.assert(
    fc.property(fc.string({ unit: letters }), (value) => {
      fc.pre(!["'", '"', '`'].every((quote) => value.includes(quote)));
      fc.pre(!(value.includes("'") && value.includes('`')));
      const { pieces, problems } = readDotenv(set('X=1\n', { NAME: value }));
      expect(problems).toEqual([]);
      expect(pieces.find(({ name }) => name === 'NAME')?.value).toBe(value);
    }),
  );
  expect(() => set('', { NAME: `'"\`` })).toThrow(SetupError);
});

describe('the file itself', () => {
  it('is readable by its owner alone, also when it was not', async () => {
    const path = inFolder();
    writeFileSync(path, 'A=1\n');
    chmodSync(path, 0o644);
    expect(await readEnvFile(path)).toMatchObject({ exists: true, isOpen: true });
    await writePrivateFile(path, 'A=2\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await readEnvFile(path)).toMatchObject({ isOpen: false, values: { A: '2' } });
  });

  it('is written where a link leads', async () => {
    const [path, link] = [inFolder('real.env'), inFolder()];
    writeFileSync(path, 'A=1\n');
    symlinkSync(path, link);
    const file = await readEnvFile(link);
    await writePrivateFile(file.path, 'A=2\n');
    expect(readFileSync(path, 'utf8')).toBe('A=2\n');
    expect(readFileSync(link, 'utf8')).toBe('A=2\n');
  });

  it('stays as it is when it cannot be written', async () => {
    await expect(writePrivateFile(join(inFolder(), 'below-a-file'), 'A=1\n')).rejects.toThrow(
      SetupError,
    );
  });
});

describe('what .env is given', () => {
  const actual: Actual = {
    owners: {},
    issuers: {
      MasterPool: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Master001',
      UpstreamPool: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Second001',
    },
    secrets: {},
    styled: {},
    MasterDomain: {
      name: 'shop',
      managedLoginVersion: 1,
      origin: 'https://shop.example.com',
    },
    UpstreamDomain: {
      name: 'shop-upstream',
      managedLoginVersion: 1,
      origin: 'https://shop-upstream.example.com',
    },
    SiteClient: { ClientId: 'site-id', ClientSecret: 'site-secret' },
    UpstreamClient: { ClientId: 'upstream-id', ClientSecret: 'upstream-secret' },
    MachineClient: { ClientId: 'machine-id', ClientSecret: 'machine-secret' },
  };
  const changesOf = (
    text: string,
    known: Actual = actual,
    wanted = inputs,
  ): Record<string, string | undefined> => {
    const file = { path: '.env', exists: true, text, values: parseEnv(text), isOpen: false };
    const changes = envChanges(desiredFor(wanted), known, file);
    return Object.fromEntries(changes.map(({ name, value }) => [name, value]));
  };

  it('makes a secret for the sessions only where there is none', () => {
    expect(changesOf('')['SESSION_SECRET']).toMatch(/^[\w-]{43}$/);
    expect(changesOf('SESSION_SECRET=mine\n')).not.toHaveProperty('SESSION_SECRET');
    expect(changesOf('SESSION_SECRET_FILE=/run/x\n')).not.toHaveProperty('SESSION_SECRET');
  });

  it('leaves a client secret alone that comes from a file', () => {
    expect(changesOf('CLIENT_SECRET_FILE=/run/x\n')).not.toHaveProperty('CLIENT_SECRET');
    expect(changesOf('')).toHaveProperty('CLIENT_SECRET', 'site-secret');
  });

  it('leaves a client secret alone that may have been rotated, but not one of another client', () => {
    const rotated = { ...actual, SiteClient: { ClientId: 'site-id' } };
    const text = 'CLIENT_ID=site-id\nCLIENT_SECRET=the-second-one\n';
    for (const known of [actual, rotated]) {
      expect(changesOf(text, known)).not.toHaveProperty('CLIENT_SECRET');
    }
    const other = 'CLIENT_ID=other-id\nCLIENT_SECRET=of-another\n';
    expect(changesOf(other)).toHaveProperty('CLIENT_SECRET', 'site-secret');
  });

  it('says so when the client is a public one', () => {
    const known = { ...actual, SiteClient: { ClientId: 'site-id' } };
    expect(changesOf('', known)).toHaveProperty('CLIENT_SECRET', 'none');
  });

  it('adds to lists, and keeps label, e-mail domains and the other providers', () => {
    const signOut = { kind: 'none', advice: "Close the browser, it's safest." };
    const present = JSON.stringify([
      { name: 'other', signOut },
      { name: 'oidc-pool-2', label: 'Corporate ID', emailDomains: ['example.com'], signOut },
    ]);
    const changes = changesOf(
      `IDENTITY_PROVIDERS=\`${present}\`\nSCOPE=openid phone\nAPI_CLIENT_IDS=other-id\n`,
    );
    expect(changes['IDENTITY_PROVIDERS']).not.toContain("'");
    expect(JSON.parse(changes['IDENTITY_PROVIDERS'] ?? '')).toEqual([
      { name: 'other', signOut },
      {
        name: 'oidc-pool-2',
        label: 'Corporate ID',
        emailDomains: ['example.com'],
        signOut: {
          kind: 'cognito',
          domain: 'https://shop-upstream.example.com',
          clientId: 'upstream-id',
        },
      },
    ]);
    expect(changes['SCOPE']).toBe('openid phone email profile orders/read');
    expect(changes['API_CLIENT_IDS']).toBe('other-id,machine-id');
  });

  it('has nothing to change once it is right, however it is laid out', () => {
    const providers = JSON.stringify(
      [
        {
          signOut: {
            clientId: 'upstream-id',
            kind: 'cognito',
            domain: 'https://shop-upstream.example.com',
          },
          name: 'oidc-pool-2',
          label: 'Accounts of ours',
        },
      ],
      null,
      2,
    );
    const text = `BASE_URL=http://localhost:3000\nISSUER=${actual.issuers.MasterPool}\nCLIENT_ID=site-id\nCLIENT_SECRET=site-secret
IDENTITY_PROVIDERS='${providers}'\nSESSION_SECRET=x\nSCOPE="orders/read profile email openid"\nAPI_CLIENT_IDS=machine-id\n`;
    expect(changesOf(text)).toEqual({});
  });

  it('has a label that people can make something of, and the one that was asked for', () => {
    const labelIn = (changes: Record<string, string | undefined>): unknown =>
      JSON.parse(changes['IDENTITY_PROVIDERS']!)[0].label;
    expect(labelIn(changesOf(''))).toBe('Company account');
    const unnamed = JSON.stringify([{ name: 'oidc-pool-2', signOut: { kind: 'none' } }]);
    expect(labelIn(changesOf(`IDENTITY_PROVIDERS='${unnamed}'\n`))).toBe('Company account');
    const called = changesOf('', actual, { ...inputs, label: 'Staff' });
    expect(labelIn(called)).toBe('Staff');
    const text = `IDENTITY_PROVIDERS='${called['IDENTITY_PROVIDERS']}'\n`;
    expect(changesOf(text)).not.toHaveProperty('IDENTITY_PROVIDERS');
    expect(labelIn(changesOf(text, actual, { ...inputs, label: 'Crew' }))).toBe('Crew');
  });

  it('refuses to guess what broken providers were meant to be', () => {
    expect(() => changesOf('IDENTITY_PROVIDERS=[{\n')).toThrow(/not a JSON array/);
  });
});
