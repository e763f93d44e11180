import { setTimeout as delay } from 'node:timers/promises';
import type { RedisAddress } from './address.js';
import type { RedisCluster, RedisDriver, RedisServers } from './driver.js';

const SLOTS = 16_384;
const RETRY_MS = 500;

/**
 * Connects to a cluster, and goes on trying in the background while none of its named hosts
 * answers.
 */
export function openRedisCluster(
  address: RedisAddress,
  driver: RedisDriver,
  onError: (error: unknown) => void,
): RedisServers {
  let isClosed = false;
  let cluster = connect();

  function connect(): RedisCluster {
    const next = driver.createCluster(address.hosts);
    next.on('error', onError);
    next.connect().catch(async (error: unknown) => {
      onError(error);
      next.destroy();
      await delay(RETRY_MS, undefined, { ref: false });
      if (!isClosed) cluster = connect();
    });
    return next;
  }

  return {
    nodeFor: async (key) => {
      const shard = cluster.slots[slotOf(key)];
      if (shard === undefined)
        throw new Error('no server of the cluster holds this key at the moment');
      return cluster.nodeClient(shard.master);
    },
    // The cluster client learns of a move by following one.
    lookAgain: async (key) => {
      await cluster.sendCommand(key, false, ['EXISTS', key]);
    },
    nodes: () => cluster.masters.map((master) => cluster.nodeClient(master)),
    close: () => {
      isClosed = true;
      cluster.destroy();
    },
  };
}

/**
 * The hash slot of a key without braces: CRC-16/XMODEM, as the Redis Cluster specification has it
 * in its appendix.
 */
function slotOf(key: string): number {
  let crc = 0;
  for (const byte of Buffer.from(key)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  }
  return (crc & 0xffff) % SLOTS;
}
