#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { describeFailure } from './failure.js';
import type { PoolsCommandOptions } from './pools.js';

const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

const program = new Command('lifeguard')
  .description(
    'Signs people in through federated Amazon Cognito user pools, and out again everywhere.',
  )
  .version(version)
  .showHelpAfterError('(add --help for how to use it)');

// Each command is loaded when it is chosen: "serve" must never load the embedded pools.

program
  .command('demo')
  .description('the site and two joined user pools on this machine; takes PORT and POOLS_PORT')
  .action(async () => (await import('./demo.js')).demo(process.env));

program
  .command('serve')
  .description(
    'the site in production, configured by the environment (and a .env file, if there is one)',
  )
  .action(async () => {
    if (existsSync('.env')) process.loadEnvFile();
    await (await import('./serve.js')).serve(process.env);
  });

program
  .command('pools')
  .description('the embedded user pools alone, for development')
  .option(
    '--seed <file>',
    'what is in them: .json, .yaml or .yml (default: the two pools of the demo)',
  )
  .option('--port <port>', 'port to listen on', portNumber, 4000)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option(
    '--public-url <url>',
    'their origin for browsers and clients, where it is not that address',
  )
  .addOption(
    new Option('--issuer <kind>', 'issuer URLs: where the pools really are, or as AWS writes them')
      .choices(['local', 'aws'])
      .default('local'),
  )
  .action(async (options: PoolsCommandOptions) => (await import('./pools.js')).pools(options));

program
  .command('end-sessions')
  .description('ends every session of one user, and revokes their tokens; configured as for serve')
  .argument('<sub>', "the user's subject (sub) at the issuer")
  .action(async (subject: string) => {
    if (existsSync('.env')) process.loadEnvFile();
    await (await import('./end-sessions.js')).endSessions(process.env, subject);
  });

function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('It is not a port.');
}

try {
  await program.parseAsync();
} catch (error) {
  const failure = describeFailure(error, `lifeguard ${program.args[0] ?? ''}`);
  // Not exitCode alone: in a worker the channel to its primary would keep the process.
  process.stderr.write(`${failure}\n`, () => process.exit(1));
}
