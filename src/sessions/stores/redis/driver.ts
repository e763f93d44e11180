import { setTimeout as delay } from 'node:timers/promises';
import type { RedisAddress } from './address.js';
import { storeMisconfigured } from '../../store-errors.js';

/** One connection to one Redis server. Commands sent in the same turn go out together and in order. */
export interface RedisNode {
  readonly isReady: boolean;
  sendCommand(command: readonly (string | Buffer)[]): Promise<unknown>;
}

/** All the servers there are: one, the master that the sentinels name, or a cluster. */
export interface RedisServers {
  /** The server that holds `key` at the moment. */
  nodeFor(key: string): Promise<RedisNode>;
  /** Finds out anew who holds `key`, after a server said that it does not. */
  lookAgain(key: string): Promise<void>;
  /** The servers of which one must answer for the store to be up. */
  nodes(): Promise<RedisNode>[];
  close(): void;
}

/** The package `redis` with the settings we use for every connection. */
export interface RedisDriver {
  readonly createClient: () => RedisClient;
  readonly createSentinel: () => RedisSentinel;
  readonly createCluster: () => RedisCluster;
}

interface Connection {
  connect(): Promise<unknown>;
  destroy(): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

interface RedisClient extends RedisNode, Connection {}

interface RedisSentinel extends Connection {
  readonly isReady: boolean;
  sendCommand(isReadonly: boolean, command: readonly (string | Buffer)[]): Promise<unknown>;
}

interface RedisCluster extends Connection {
  readonly slots: { readonly master: RedisClusterMember }[];
  readonly masters: RedisClusterMember[];
  nodeClient(member: RedisClusterMember): Promise<RedisNode>;
  sendCommand(key: string, isReadonly: boolean, command: string[]): Promise<unknown>;
}

type RedisClusterMember = object;

interface RedisPackage {
  createClient(options: object): RedisClient;
  createSentinel(options: object): RedisSentinel;
  createCluster(options: object): RedisCluster;
  readonly RESP_TYPES: { readonly BLOB_STRING: number };
}

/** @throws {ConfigError} when the package is not installed */
export async function loadRedisDriver(address: RedisAddress): Promise<RedisDriver> {
  const redis = await importRedis();
  const socket = {
    tls: address.isTls,
    connectTimeout: 1000,
    socketTimeout: 1000,
    // Without a strategy of our own, a socket timeout would close the client for good.
    reconnectStrategy: (retries: number): number => Math.min(50 * 2 ** retries, 1000),
  };
  const timing = {
    socket,
    // A command fails at once while there is no connection; the ping notices within a second that a server hangs.
    disableOfflineQueue: true,
    pingInterval: 400,
  };
  const { username, password, database } = address;
  const node = { ...timing, username, password, database };
  const whole = {
    RESP: 2,
    commandOptions: { typeMapping: { [redis.RESP_TYPES.BLOB_STRING]: Buffer } },
  };
  return {
    createClient: () =>
      redis.createClient({ ...whole, ...node, socket: { ...socket, ...address.hosts[0] } }),
    createSentinel: () =>
      redis.createSentinel({
        ...whole,
        name: address.masterName,
        sentinelRootNodes: address.hosts,
        sentinelClientOptions: { ...timing, password: address.sentinelPassword },
        nodeClientOptions: node,
        // They tell of a failover by themselves, unless they hang.
        scanInterval: 1000,
        // Else it sends a command again whose answer was lost, and takes "there is none any more" for the answer.
        maxCommandRediscovers: 0,
        // Else commands of one moment wait for each other.
        reserveClient: true,
        passthroughClientErrorEvents: true,
      }),
    createCluster: () =>
      redis.createCluster({
        rootNodes: address.hosts.map((host) => ({ socket: { ...socket, ...host } })),
        defaults: { ...whole, ...node },
        RESP: whole.RESP,
        topologyRefreshOnReconnectionAttemptStrategy: 100,
      }),
  };
}

const RETRY_MS = 500;

/** Connects, and goes on trying in the background while none of the named hosts answers. */
export function connectAnyway<Connected extends Connection>(
  create: () => Connected,
  onError: (error: unknown) => void,
): { readonly current: () => Connected; readonly close: () => void } {
  let isClosed = false;
  let current = connect();

  function connect(): Connected {
    const next = create();
    let isTold = false;
    next.on('error', (error) => {
      isTold = true;
      onError(error);
    });
    next.connect().catch(async (error: unknown) => {
      // That all hosts failed says less than what one of them said.
      if (!isTold) onError(error);
      next.destroy();
      await delay(RETRY_MS, undefined, { ref: false });
      if (!isClosed) current = connect();
    });
    return next;
  }
  return {
    current: () => current,
    close: () => {
      isClosed = true;
      current.destroy();
    },
  };
}

async function importRedis(): Promise<RedisPackage> {
  try {
    return await import('redis');
  } catch {
    throw storeMisconfigured(
      'is Redis, and the package redis is not installed',
      'run "npm install redis"',
    );
  }
}
