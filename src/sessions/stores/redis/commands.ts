import type { RedisAddress } from './address.js';
import { openRedisCluster } from './cluster.js';
import { loadRedisDriver, type RedisDriver, type RedisNode, type RedisServers } from './driver.js';
import { openRedisSentinel } from './sentinel.js';

/** A command and its arguments, as Redis gets them. */
export type RedisCommand = readonly (string | Buffer)[];

/**
 * How long a change may wait for a replica. The connection it waits on answers nothing else
 * meanwhile.
 */
const CONFIRM_MS = 300;

/** Sends each command to the server that has its key. */
export class RedisCommands {
  readonly #reading: RedisServers;
  readonly #writing: RedisServers;
  readonly #isReplicated: boolean;
  readonly #waits = new WeakMap<RedisNode, () => Promise<boolean>>();
  #fault: unknown = new Error('there is no connection yet');

  /** @throws {ConfigError} when the package `redis` is not installed */
  static async open(address: RedisAddress): Promise<RedisCommands> {
    return new RedisCommands(address, await loadRedisDriver(address));
  }

  private constructor(address: RedisAddress, driver: RedisDriver) {
    const open = { single: openSingle, sentinel: openRedisSentinel, cluster: openRedisCluster }[
      address.kind
    ];
    // Nobody waits for what fails in the background; the next command tells of it.
    const onError = (error: unknown): void => {
      this.#fault = error;
    };
    this.#isReplicated = address.kind !== 'single';
    this.#reading = open(address, driver, onError);
    // Its own connection, because a change that waits for a replica would hold up every read behind
    // it.
    this.#writing = this.#isReplicated ? open(address, driver, onError) : this.#reading;
  }

  /** Sends a command that only reads. */
  read(key: string, command: RedisCommand): Promise<unknown> {
    return this.#send(this.#reading, key, (node) => node.sendCommand(command));
  }

  /** Sends a command whose effect a failover may undo. */
  write(key: string, command: RedisCommand): Promise<unknown> {
    return this.#send(this.#writing, key, (node) => node.sendCommand(command));
  }

  /**
   * Sends a command and waits until a replica has its effect too, if one is connected; fails if
   * none has in time.
   */
  writeToReplica(key: string, command: RedisCommand): Promise<unknown> {
    if (!this.#isReplicated) return this.write(key, command);
    return this.#send(this.#writing, key, async (node) => {
      const [answer, isConfirmed] = await this.#confirmed(node, command);
      if (!isConfirmed) throw new Error(`no replica had the change within ${CONFIRM_MS} ms`);
      return answer;
    });
  }

  /**
   * Like `writeToReplica`, for an answer that is needed even if no replica has the effect in time.
   */
  writeAndTryReplica(key: string, command: RedisCommand): Promise<unknown> {
    if (!this.#isReplicated) return this.write(key, command);
    return this.#send(
      this.#writing,
      key,
      async (node) => (await this.#confirmed(node, command))[0],
    );
  }

  async ping(): Promise<void> {
    const pings = [this.#reading, this.#writing].map((servers) =>
      Promise.any(
        servers.nodes().map(async (node) => this.#ready(await node).sendCommand(['PING'])),
      ),
    );
    try {
      await Promise.all(pings);
    } catch (error) {
      throw error instanceof AggregateError ? (error.errors[0] ?? this.#fault) : error;
    }
  }

  close(): void {
    this.#reading.close();
    if (this.#writing !== this.#reading) this.#writing.close();
  }

  async #send(
    servers: RedisServers,
    key: string,
    send: (node: RedisNode) => Promise<unknown>,
  ): Promise<unknown> {
    try {
      return await send(this.#ready(await servers.nodeFor(key)));
    } catch (error) {
      // Both say that nothing was done, so that it can be asked of another server.
      if (!/^(MOVED|READONLY) /.test(error instanceof Error ? error.message : '')) throw error;
      await servers.lookAgain(key);
      return send(this.#ready(await servers.nodeFor(key)));
    }
  }

  #ready(node: RedisNode): RedisNode {
    if (!node.isReady) throw this.#fault;
    return node;
  }

  async #confirmed(node: RedisNode, command: RedisCommand): Promise<[unknown, boolean]> {
    const [answer, replication] = await Promise.all([
      node.sendCommand(command),
      node.sendCommand(['INFO', 'replication']),
    ]);
    const hasReplica = /^slave\d+:.*state=online/m.test(String(replication));
    return [answer, !hasReplica || (await this.#replicaHasAll(node))];
  }

  #replicaHasAll(node: RedisNode): Promise<boolean> {
    const wait = this.#waits.get(node) ?? oneAtATime(() => waitForReplica(node));
    this.#waits.set(node, wait);
    return wait();
  }
}

/** Whether a replica has, in time, all that the server was asked until now. */
async function waitForReplica(node: RedisNode): Promise<boolean> {
  // WAIT is about what its own connection did last, and on a new one that is nothing: so something
  // goes ahead of it.
  const [, replicas] = await Promise.all([
    node.sendCommand(['PING']),
    node.sendCommand(['WAIT', '1', String(CONFIRM_MS)]),
  ]);
  return Number(replicas) > 0;
}

/** Calls that come while `work` runs share its next run, which starts after all of them came. */
function oneAtATime<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let current: Promise<Result> | undefined;
  let next: Promise<Result> | undefined;
  const start = (): Promise<Result> => {
    next = undefined;
    current = work().finally(() => {
      current = undefined;
    });
    return current;
  };
  return () => (current === undefined ? start() : (next ??= current.then(start, start)));
}

function openSingle(
  address: RedisAddress,
  driver: RedisDriver,
  onError: (error: unknown) => void,
): RedisServers {
  const [host] = address.hosts;
  const client = driver.createClient(host ?? { host: 'localhost', port: 6379 });
  client.on('error', onError);
  client.connect().catch(onError);
  const node = Promise.resolve(client);
  return {
    nodeFor: () => node,
    lookAgain: async () => {},
    nodes: () => [node],
    close: () => client.destroy(),
  };
}
