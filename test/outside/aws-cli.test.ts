import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { findProgram } from '../support/system-program.js';
import {
  asksForNewPassword,
  authorizeUrl,
  chooseNewPassword,
  codeIn,
  openBrowser,
  submitCredentials,
} from '../pools/journeys.js';
import { exchangeCode, tokensIn } from '../pools/token-endpoint.js';
import { useApi } from '../pools/api/api.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('article.sh', import.meta.url));
const aws = findProgram({
  name: 'the aws CLI',
  variable: 'AWS_CLI_PATH',
  candidates: ['/usr/bin/aws', 'aws'],
  aptPackage: 'awscli',
  brewArguments: ['awscli'],
});

const api = useApi();

it.skipIf(aws === undefined)(
  'takes a shell script with the aws CLI from no pools at all to a user who came through both',
  async () => {
    const env = {
      PATH: process.env['PATH'],
      AWS: aws,
      ENDPOINT: api.pools.url,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'not-a-secret',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const { stdout } = await run(script, { env });
    const made = Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    );
    const master = api.pools.pool('oidc-pool-1');
    expect(made['master']).toBe(master.id);
    expect(made['site_id']).toBe(master.client('site').id);

    const browser = openBrowser();
    const chooser = await browser.get(authorizeUrl(master, 'site'));
    const page = await submitCredentials(browser, await browser.click(chooser, 'oidc-pool-2'), {
      username: 'alice',
      password: 'Welcome-2-Lifeguard!',
    });
    expect(asksForNewPassword(page)).toBe(true);
    const end = await chooseNewPassword(browser, page, 'Chosen-By-Alice-2');
    tokensIn(await exchangeCode(master, 'site', codeIn(end)));

    const list = ['cognito-idp', 'list-users', '--user-pool-id', master.id, '--output', 'json'];
    const endpoint = ['--endpoint-url', api.pools.url, '--region', 'eu-west-1'];
    const listed = await run(aws ?? '', [...endpoint, ...list], { env });
    expect(JSON.parse(listed.stdout)).toMatchObject({
      Users: [{ UserStatus: 'EXTERNAL_PROVIDER', Enabled: true }],
    });
  },
);
