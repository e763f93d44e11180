import type { RedisAddress, RedisHost } from './address.js';
import type { RedisClient, RedisDriver, RedisServers } from './driver.js';
import { withinTimeLimit } from '../../time-limits.js';

const LOOK_EVERY_MS = 500;
const ANSWER_MS = 500;

/**
 * Connects to the master that the sentinels name, and follows when they name another one.
 * A server is only used once it says itself that it is the master: a sentinel may not yet know of a failover.
 */
export function openRedisSentinel(
  address: RedisAddress,
  driver: RedisDriver,
  onError: (error: unknown) => void,
): RedisServers {
  let isClosed = false;
  let master: { name: string; client: RedisClient } | undefined;
  let sentinels = [...address.hosts];
  let asking: RedisClient | undefined;
  let looking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    clearTimeout(timer);
    try {
      await follow(await askForMaster());
    } catch (error) {
      onError(error);
      end(asking);
      asking = undefined;
      // The next one gets its turn.
      sentinels = [...sentinels.slice(1), ...sentinels.slice(0, 1)];
    }
    if (!isClosed) timer = setTimeout(() => void lookOnce(), LOOK_EVERY_MS).unref();
  }

  const lookOnce = (): Promise<void> =>
    (looking ??= look().finally(() => {
      looking = undefined;
    }));

  async function askForMaster(): Promise<RedisHost> {
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
    const answer = await withinTimeLimit(
      asking.sendCommand(['SENTINEL', 'get-master-addr-by-name', address.masterName]),
      ANSWER_MS,
    );
    if (!Array.isArray(answer)) throw new Error('the sentinel knows no such master');
    return { host: String(answer[0]), port: Number(answer[1]) };
  }

  async function follow(host: RedisHost): Promise<void> {
    const name = `${host.host} ${host.port}`;
    if (name === master?.name) return;
    const client = driver.createClient(host);
    client.on('error', onError);
    try {
      await withinTimeLimit(client.connect(), ANSWER_MS);
      const role = await withinTimeLimit(client.sendCommand(['ROLE']), ANSWER_MS);
      if (!Array.isArray(role) || String(role[0]) !== 'master')
        throw new Error('the server is not the master yet');
      if (isClosed) throw new Error('the store is closed');
    } catch (error) {
      end(client);
      throw error;
    }
    end(master?.client);
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
      end(asking);
      end(master?.client);
    },
  };
}

/** Destroying a client twice throws. */
function end(client: RedisClient | undefined): void {
  if (client?.isOpen === true) client.destroy();
}
