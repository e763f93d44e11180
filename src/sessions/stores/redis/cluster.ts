import { connectAnyway, type RedisDriver, type RedisServers } from './driver.js';

const SLOTS = 16_384;

/** Connects to a cluster. */
export function openRedisCluster(
  driver: RedisDriver,
  onError: (error: unknown) => void,
): RedisServers {
  const { current, close } = connectAnyway(driver.createCluster, onError);
  return {
    nodeFor: async (key) => {
      const cluster = current();
      const shard = cluster.slots[slotOf(key)];
      if (shard === undefined)
        throw new Error('no server of the cluster holds this key at the moment');
      return cluster.nodeClient(shard.master);
    },
    // The cluster client learns of a move by following one.
    lookAgain: async (key) => {
      await current().sendCommand(key, false, ['EXISTS', key]);
    },
    nodes: () => current().masters.map((master) => current().nodeClient(master)),
    close,
  };
}

/** The hash slot of a key without braces: CRC-16/XMODEM, as the Redis Cluster specification has it in its appendix. */
function slotOf(key: string): number {
  let crc = 0;
  for (const byte of Buffer.from(key)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  }
  return (crc & 0xffff) % SLOTS;
}
