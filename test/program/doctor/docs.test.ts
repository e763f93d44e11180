import { readFileSync, writeFileSync } from 'node:fs';
import * as prettier from 'prettier';
import { expect, it } from 'vitest';
import { findingKinds } from '../../../src/program/doctor/findings/catalogue.js';
import { misconfigurations } from './misconfigurations.js';

const file = new URL('../../../docs/doctor.md', import.meta.url);

const section = [
  '## What it can find',
  'In the order of the report: the most fundamental and most specific cause first. A `problem` makes sign-in, sign-out or a session fail for somebody (exit code 1). `unchecked`: it could not be looked at (exit code 2). A `warning` works, and will not always (exit code 0, with `--strict` 1). Written from `src/program/doctor/findings/catalogue.ts` by `UPDATE_DOCTOR=1 npx vitest run test/program/doctor/docs.test.ts`.',
  [
    '| Code | Severity | Why it matters |',
    '| --- | --- | --- |',
    ...Object.entries(findingKinds).map(
      ([code, { severity, why }]) => `| \`${code}\` | ${severity} | ${why} |`,
    ),
  ].join('\n'),
].join('\n\n');

it('docs/doctor.md says what the catalogue says', async () => {
  const page = readFileSync(file, 'utf8');
  const before = page.slice(0, page.indexOf('## What it can find'));
  const wanted = before + (await prettier.format(section, { parser: 'markdown' }));
  if (process.env['UPDATE_DOCTOR'] === '1') writeFileSync(file, wanted);
  expect(readFileSync(file, 'utf8')).toBe(wanted);
});

it('nearly everything in the catalogue is provoked by a test', () => {
  const provoked = new Set(
    Object.values(misconfigurations).flatMap(({ outside, inside, next }) => [
      outside,
      inside,
      next,
    ]),
  );
  const elsewhere = [
    // test/relying-party/provider/secret-fingerprints.test.ts
    'session_secret_mismatch',
    // test/program/doctor/store.test.ts
    'store_password_wrong',
    'store_right_missing',
    'store_tls_slip',
    'store_is_cluster',
    'store_database_unknown',
    'store_full',
    'store_read_only',
    'store_damaged',
    'store_foreign',
    'store_other_version',
    // Nothing here can provoke these: a disk without shared memory, a server that forgets.
    'store_without_log',
    'store_forgets',
    // test/program/doctor/redis.test.ts
    'store_evicts',
    'store_not_durable',
    'store_without_replica',
    // test/program/doctor/doctor.test.ts
    'aws_unavailable',
    'check_failed',
    'site_unexpected',
    'cookies_lost',
    'query_lost',
    'authorization_refused',
    'metadata_incomplete',
    'site_not_ready',
    'sign_in_fails',
    // test/program/doctor/site.test.ts
    'long_headers_refused',
    // test/program/doctor/ways.test.ts
    'proxy_needed',
    'proxy_in_the_way',
    // test/program/doctor/secret-age.test.ts
    'client_secret_old',
    'sign_out_endpoint_missing',
  ];
  const codes = Object.keys(findingKinds).filter((code) => !elsewhere.includes(code));
  expect(codes.filter((code) => !provoked.has(code as keyof typeof findingKinds))).toEqual([]);
});
