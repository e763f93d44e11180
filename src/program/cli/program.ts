import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import type { DemoCommandOptions } from './commands/demo.js';
import type { DoctorCommandOptions } from './commands/doctor.js';
import type { InitCommandOptions } from './commands/init.js';
import {
  fixedPort,
  list,
  nodesOwn,
  portNumber,
  settingsFile,
  type SettingsFileOption,
  wholeSeconds,
} from './command-options.js';
import { refuseSlips } from './slips.js';
import { withSettings, withSettingsFile } from './surroundings/environment.js';
import { describeFailure } from './surroundings/failure.js';
import { writeFailure } from './surroundings/json-document.js';
import type { PoolsCommandOptions } from './commands/pools.js';
import type { RotateSecretOptions } from './commands/rotate-secret.js';
import type { ServeCommandOptions } from './commands/serve.js';
import type { SetupCommandOptions } from './commands/setup/setup.js';

const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
);

/** Options of setup that say what is wanted; a restore wants what was. */
const WANTED =
  'api user email label managedLogin domainPrefix upstreamIssuer upstreamClientId upstreamClientSecretFile adoptPool adoptClient adoptProvider adoptResourceServer print'.split(
    ' ',
  );

const program = new Command('lifeguard')
  .description(
    'Signs people in through federated Amazon Cognito user pools, and out again everywhere.',
  )
  .version(version)
  // What is wrong with a command line is told below, where a program that asked for JSON is heard
  // too.
  .exitOverride()
  .showHelpAfterError('(add --help for how to use it)')
  .addHelpText(
    'after',
    '\nBegin with "lifeguard demo" to look round, "lifeguard init" for an app of your own. For pools of your own: setup, then doctor, then serve.',
  );

// The AWS SDK's notice about its later versions is for us, not for whoever types a command.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

// Each command is loaded when it is chosen: "serve" must never load the embedded pools.

program
  .command('demo')
  .description('the site and two joined user pools on this machine, with nothing to set')
  .option('--port <port>', 'port of the site (default: PORT, or 3000)', fixedPort)
  .option('--pools-port <port>', 'port of the pools (default: POOLS_PORT, or 4000)', fixedPort)
  .action(async (options: DemoCommandOptions) =>
    (await import('./commands/demo.js')).demo(process.env, options),
  );

program
  .command('init')
  .description('a new project: an Express app with a guarded page, an API route and a test')
  .argument('<folder>', 'where to make it')
  .addOption(new Option('--javascript', 'in JavaScript').conflicts('typescript'))
  .option('--typescript', 'in TypeScript (the default)')
  .action(async (folder: string, options: InitCommandOptions) =>
    (await import('./commands/init.js')).init(folder, options, version),
  );

program
  .command('serve')
  .description('the site in production, configured by the environment and .env')
  .option('--port <port>', 'port to listen on (default: PORT, or 3000)', portNumber)
  .addOption(settingsFile())
  .addOption(nodesOwn())
  .action(async ({ settingsFile: path, ...options }: ServeCommandOptions & SettingsFileOption) => {
    const environment = withSettings(process.env, path);
    await (await import('./commands/serve.js')).serve(environment, options);
  });

program
  .command('pools')
  .description('the embedded user pools alone, for development')
  .option(
    '--seed <file>',
    'what is in them: .json, .yaml or .yml (default: the two pools of the demo)',
  )
  .addOption(
    new Option('--empty', 'no pools to begin with, as to rehearse setup').conflicts('seed'),
  )
  .option('--state <file>', 'keeps everything in this file; what is in it wins over the seed')
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
  .action(async (options: PoolsCommandOptions) =>
    (await import('./commands/pools.js')).pools(options),
  );

program
  .command('setup')
  .description('makes two joined user pools at AWS, or completes those that exist, and writes .env')
  .option(
    '--base-url <url>',
    'public origin of the site (default: BASE_URL of the file or environment)',
  )
  .option(
    '--base-path <path>',
    'path that all of the site is below (default: BASE_PATH of the file or environment)',
  )
  .option('--region <region>', 'AWS region (default: as for every AWS tool)')
  .option('--endpoint-url <url>', 'speak to this instead of AWS, e.g. the embedded pools')
  .option('--master-name <name>', 'name of the master pool', 'oidc-pool-1')
  .option(
    '--upstream-name <name>',
    'name of the second pool, and of the identity provider (default: oidc-pool-2)',
  )
  .option(
    '--upstream-issuer <url>',
    'instead of a second pool, an OpenID provider that exists: Okta, Entra, Google, Keycloak …',
  )
  .option('--upstream-client-id <id>', "the master pool's client there")
  .option('--upstream-client-secret-file <path>', 'file that holds its secret, and nothing else')
  .option('--label <text>', 'what people read on the button of the second pool or provider')
  .option(
    '--managed-login',
    "Cognito's newer pages, with a style for each client (default: classic)",
  )
  .option(
    '--domain-prefix <prefix>',
    "of the master pool's domain; -upstream is added for the second (default: from the pools' ids)",
  )
  .option('--api', 'also the scope orders/read and a client for machines that may ask for it')
  .option('--user <name>', 'first user of the second pool; the temporary password is shown once')
  .option('--email <address>', "the first user's e-mail address")
  .option('--settings-file <path>', 'file the settings are read from and written to', '.env')
  .addOption(nodesOwn())
  .option('--adopt-pool <id>', 'use a pool of this name that setup has not made', list)
  .option('--adopt-client <id>', 'the same of an app client', list)
  .option('--adopt-provider <name>', 'the same of an identity provider', list)
  .option('--adopt-resource-server <id>', 'the same of a resource server', list)
  .addOption(
    new Option(
      '--restore <file>',
      'take back what a run has changed, by the backup it has written',
    ).conflicts(WANTED),
  )
  .option('--overwrite-later-changes', 'with --restore: also what others have changed since')
  .option('--dry-run', 'only show what would be done')
  .option('--yes', 'do it without asking')
  .option('--allow-removals', 'with --yes: also what is lost by it')
  .option('--json', 'for programs: the plan and the outcome as one document')
  .addOption(
    new Option('--print <what>', 'print an equivalent template, and do nothing').choices([
      'cloudformation',
      'terraform',
      'cdk',
    ]),
  )
  .action(async (options: SetupCommandOptions) => {
    const environment = withSettingsFile(process.env, options.settingsFile);
    await (await import('./commands/setup/setup.js')).setup(environment, options);
  });

program
  .command('doctor')
  .description(
    'says what is wrong with a set-up, and how to mend it; configured as for serve. Ends with 0: fine, 1: problems, 2: something could not be checked',
  )
  .option('--aws', 'also look into the user pools, with your usual AWS credentials')
  .option('--endpoint-url <url>', 'look into these instead of AWS, e.g. http://127.0.0.1:4000')
  .option('--strict', 'warnings count as problems')
  .option('--json', 'for programs')
  .addOption(settingsFile())
  .addOption(nodesOwn())
  .action(async ({ settingsFile: path, ...options }: DoctorCommandOptions & SettingsFileOption) => {
    const { doctor } = await import('./commands/doctor.js');
    process.exitCode = await doctor(withSettings(process.env, path), options);
  });

program
  .command('end-sessions')
  .description('ends every session of one user, and revokes their tokens; configured as for serve')
  .argument('<sub>', "the user's subject (sub) at the issuer")
  .addOption(settingsFile())
  .addOption(nodesOwn())
  .action(async (subject: string, { settingsFile: path }: SettingsFileOption) => {
    const environment = withSettings(process.env, path);
    await (await import('./commands/end-sessions.js')).endSessions(environment, subject);
  });

program
  .command('rotate-secret')
  .description(
    'gives the site’s app client a new secret with the site up, and deletes the first; configured as for serve. Ends with 0: done, 1: failed, 2: the first secret is still there',
  )
  .option('--endpoint-url <url>', 'speak to this instead of AWS, e.g. the embedded pools')
  .addOption(
    new Option(
      '--wait [seconds]',
      'wait until every process of the site uses the new one (ten minutes, if no number is given)',
    )
      .preset('600')
      .argParser(wholeSeconds),
  )
  .option('--confirm-deployed', 'say that every process uses the new one, where none can be heard')
  .option('--yes', 'do it without asking')
  .addOption(settingsFile())
  .addOption(nodesOwn())
  .action(async ({ settingsFile: path, ...options }: RotateSecretOptions & SettingsFileOption) => {
    const environment = withSettings(process.env, path);
    const { rotateSecret } = await import('./commands/rotate-secret.js');
    process.exitCode = await rotateSecret(environment, { ...options, settingsFile: path });
  });

refuseSlips(program.commands, list);

try {
  await program.parseAsync();
} catch (error) {
  endWith(error);
}

function endWith(error: unknown): void {
  const [command = ''] = program.args;
  const isUsage = error instanceof CommanderError;
  const isHelp = isUsage && error.exitCode === 0;
  if (process.argv.includes('--json') && !isHelp) writeFailure(command, error);
  if (isUsage) {
    // It is on standard error already.
    process.exitCode = error.exitCode;
    return;
  }
  // Not exitCode alone: in a worker the channel to its primary would keep the process.
  const end = (): void => process.exit(1);
  process.stderr.write(`${describeFailure(error, `lifeguard ${command}`)}\n`, end);
  setTimeout(end, 1000);
}
