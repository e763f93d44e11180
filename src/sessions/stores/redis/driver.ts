import type { RedisAddress, RedisHost } from './address.js';
import { storeMisconfigured } from '../../store-errors.js';

/**
 * One connection to one Redis server. Commands sent in the same turn go out together and in order.
 */
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
  createClient(host: RedisHost, options?: object): RedisClient;
  createCluster(hosts: readonly RedisHost[]): RedisCluster;
}

export interface RedisClient extends RedisNode {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

export interface RedisCluster {
  readonly slots: { readonly master: RedisClusterMember }[];
  readonly masters: RedisClusterMember[];
  nodeClient(member: RedisClusterMember): Promise<RedisNode>;
  sendCommand(key: string, isReadonly: boolean, command: string[]): Promise<unknown>;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

type RedisClusterMember = object;

interface RedisPackage {
  createClient(options: object): RedisClient;
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
  const settings = {
    RESP: 2,
    username: address.username,
    password: address.password,
    database: address.database,
    // A command fails at once while there is no connection; the ping notices within a second that a
    // server hangs.
    disableOfflineQueue: true,
    pingInterval: 400,
    commandOptions: { typeMapping: { [redis.RESP_TYPES.BLOB_STRING]: Buffer } },
  };
  return {
    createClient: (host, options = {}) =>
      redis.createClient({ ...settings, socket: { ...socket, ...host }, ...options }),
    createCluster: (hosts) =>
      redis.createCluster({
        rootNodes: hosts.map((host) => ({ socket: { ...socket, ...host } })),
        defaults: { ...settings, socket },
        RESP: settings.RESP,
        topologyRefreshOnReconnectionAttemptStrategy: 100,
      }),
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
