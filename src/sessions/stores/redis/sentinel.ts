import type { RedisAddress, RedisHost } from './address.js';
import type { RedisClient, RedisDriver, RedisServers } from './driver.js';
import { withinTimeLimit } from '../../time-limits.js';

const LOOK_EVERY_MS = 500;
const ANSWER_MS = 500;

/**
 * Connects to the master that the sentinels name, and follows when they name another one. A server
 * is only used once it says itself that it is the master: a sentinel may not yet know of a
 * failover.
 */
export function openRedisSentinel(
  address: RedisAddress,
  driver: RedisDriver,
  onError: (error: unknown) => void,
): RedisServers {
  const sentinels = createSentinels(address, driver, onError);
  let isClosed = false;
  let master: { name: string; client: RedisClient } | undefined;
  let looking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    clearTimeout(timer);
    try {
      await follow(await sentinels.askForMaster());
    } catch (error) {
      onError(error);
      sentinels.turnToNext();
    }
    if (!isClosed) timer = setTimeout(() => void lookOnce(), LOOK_EVERY_MS).unref();
  }

  const lookOnce = (): Promise<void> =>
    (looking ??= look().finally(() => {
      looking = undefined;
    }));

  async function follow(host: RedisHost): Promise<void> {
    const name = `${host.host} ${host.port}`;
    if (name === master?.name) return;
    const client = await connectMaster(driver.createClient(host), onError);
    end(isClosed ? client : master?.client);
    master = { name, client };
  }

  const node = async (): Promise<RedisClient> => {
    if (master === undefined) await lookOnce();
    if (master === undefined) throw new Error('the sentinels name no master that answers');
    return master.client;
  };

  void lookOnce();
  return {
    nodeFor: node,
    lookAgain: lookOnce,
    nodes: () => [node()],
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      sentinels.turnToNext();
      end(master?.client);
    },
  };
}

/**
 * The sentinels, of which one is asked until it does not answer; then the next one gets its turn.
 */
function createSentinels(
  address: RedisAddress,
  driver: RedisDriver,
  onError: (error: unknown) => void,
) {
  const sentinels = [...address.hosts];
  let asking: RedisClient | undefined;

  return {
    async askForMaster(): Promise<RedisHost> {
      if (asking === undefined) {
        const [sentinel] = sentinels;
        if (sentinel === undefined) throw new Error('there is no sentinel to ask');
        asking = driver.createClient(sentinel, {
          username: undefined,
          password: address.sentinelPassword,
          database: 0,
        });
        asking.on('error', onError);
        await withinTimeLimit(asking.connect(), ANSWER_MS);
      }
      const question = ['SENTINEL', 'get-master-addr-by-name', address.masterName];
      const answer = await withinTimeLimit(asking.sendCommand(question), ANSWER_MS);
      if (!Array.isArray(answer)) throw new Error('the sentinel knows no such master');
      return { host: String(answer[0]), port: Number(answer[1]) };
    },
    turnToNext(): void {
      end(asking);
      asking = undefined;
      sentinels.push(...sentinels.splice(0, 1));
    },
  };
}

async function connectMaster(
  client: RedisClient,
  onError: (error: unknown) => void,
): Promise<RedisClient> {
  client.on('error', onError);
  try {
    await withinTimeLimit(client.connect(), ANSWER_MS);
    const role = await withinTimeLimit(client.sendCommand(['ROLE']), ANSWER_MS);
    if (Array.isArray(role) && String(role[0]) === 'master') return client;
    throw new Error('the server is not the master yet');
  } catch (error) {
    end(client);
    throw error;
  }
}

/** Destroying a client twice throws. */
function end(client: RedisClient | undefined): void {
  if (client?.isOpen === true) client.destroy();
}
