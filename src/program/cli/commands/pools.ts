import { openProcessLog } from '../../ops/process-log.js';
import { type Pools, startPools } from '../../../pools/index.js';
import { CommandError, portFailure } from '../surroundings/failure.js';
import { closeAtSignal } from '../running/stop-when-told.js';

export interface PoolsCommandOptions {
  readonly seed?: string;
  readonly empty?: true;
  readonly state?: string;
  readonly port: number;
  readonly host: string;
  readonly issuer: 'local' | 'aws';
  readonly publicUrl?: string;
}

/**
 * `lifeguard pools`: the embedded pools alone, for the tests and development of anything that
 * speaks to Cognito. Writes one JSON line per request.
 *
 * @throws {CommandError} when the seed is wrong or the port cannot be had
 */
export async function pools(options: PoolsCommandOptions): Promise<void> {
  const { port, state, empty, ...others } = options;
  const log = openProcessLog('info');
  const running = await startPools({
    ...others,
    ...(empty && { seed: { pools: [] } }),
    port,
    persist: state,
    log: (event) => log.logger[event.kind === 'error' ? 'error' : 'info'](event, 'pools'),
  }).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'SeedError') {
      throw new CommandError(error.message, { cause: error });
    }
    const { host } = options;
    throw portFailure(error, { port, host, portSetting: '--port', hostSetting: '--host' });
  });

  closeAtSignal(log, () => running.close());
  console.log(listing(running, state));
}

function listing(running: Pools, state: string | undefined): string {
  const blocks = running.dump().pools.map(({ name, id = name, domain, clients = [] }) => {
    const pool = running.pool(id);
    const ids = clients.map(
      (client) => `    client  ${client.name}  ${pool.client(client.name).id}`,
    );
    return [
      `  ${name}`,
      `    issuer  ${pool.issuer}`,
      `    domain  ${domain === null ? 'none' : pool.domain}`,
      ...ids,
    ].join('\n');
  });
  const end =
    state === undefined ? 'stops and forgets them' : `stops them; they are kept in ${state}`;
  const none = `  There are none yet: lifeguard setup --endpoint-url ${running.url} makes them.`;
  return [
    `Embedded pools on ${running.url}, for development. Ctrl-C ${end}.`,
    ...(blocks.length === 0 ? [none] : blocks),
  ].join('\n\n');
}
