import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyFolder, endCommands, lifeguard } from './command.js';

afterAll(endCommands);

describe('the region of setup', () => {
  const folder = emptyFolder();
  const wanted = ['setup', '--base-url', 'http://localhost:3000', '--dry-run'];
  const alone = { HOME: folder, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  const run = async (
    words: readonly string[],
    environment: Record<string, string>,
  ): Promise<{ errors: string; printed: string }> => {
    const command = lifeguard([...wanted, ...words], { ...alone, ...environment }, folder);
    expect(await command.exit()).toBe(1);
    expect(command.output()).not.toMatch(/^\s+at /m);
    return { errors: command.errors(), printed: command.printed() };
  };

  it('is that of AWS_DEFAULT_REGION where AWS_REGION is set and empty', async () => {
    const regions = { AWS_REGION: '', AWS_DEFAULT_REGION: 'nowhere-1' };
    const { errors } = await run([], regions);
    expect(errors).toContain('https://cognito-idp.nowhere-1.amazonaws.com');
  });

  it('is that of the profile where all variables are set and empty', async () => {
    mkdirSync(join(folder, '.aws'));
    writeFileSync(join(folder, '.aws', 'config'), '[default]\nregion = nowhere-2\n');
    const regions = { AWS_REGION: '', AWS_DEFAULT_REGION: ' ', AWS_ENDPOINT_URL: '' };
    const { errors } = await run([], regions);
    expect(errors).toContain('https://cognito-idp.nowhere-2.amazonaws.com');
  });

  it('is not known where a variable is empty, as where there is none', async () => {
    const { errors } = await run([], { HOME: emptyFolder(), AWS_REGION: '' });
    expect(errors).toBe('No AWS region is known: add --region, or set AWS_REGION.\n');
  });

  it.each<[string, string[], Record<string, string>]>([
    ['--region', ['--region', 'eu west'], {}],
    ['--region', ['--region', 'EU_WEST_1'], {}],
    ['AWS_REGION', [], { AWS_REGION: 'eu west' }],
    ['AWS_DEFAULT_REGION', [], { AWS_DEFAULT_REGION: 'eu-west-1,' }],
  ])('that is malformed is told by the name of what gave it: %s %j', async (name, words, set) => {
    const problem = `${name} is no AWS region; write one in lower-case letters, digits and hyphens, e.g. eu-west-1`;
    expect((await run(words, set)).errors).toContain(`  ${problem}\n`);
    const { printed } = await run([...words, '--json'], set);
    expect(JSON.parse(printed)).toEqual({ result: 'failed', problems: [problem] });
  });

  it('that is malformed in the profile is told as such', async () => {
    const home = emptyFolder();
    mkdirSync(join(home, '.aws'));
    writeFileSync(join(home, '.aws', 'config'), '[default]\nregion = eu west\n');
    const { errors } = await run([], { HOME: home });
    expect(errors).toBe(
      'The region of the AWS profile is none: correct it (aws configure set region eu-west-1), or add --region.\n',
    );
  });
});

it('setup takes BASE_URL of the environment where the file has it empty', async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, '.env'), 'BASE_URL=\nBASE_PATH=\n');
  const environment = { BASE_URL: 'https://shop.example.com', BASE_PATH: '/shop' };
  const command = lifeguard('setup --print cloudformation', environment, folder);
  expect(await command.exit(), command.output()).toBe(0);
  expect(command.printed()).toContain('https://shop.example.com/shop/callback');
});
