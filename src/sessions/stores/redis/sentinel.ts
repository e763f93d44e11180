import { connectAnyway, type RedisDriver, type RedisNode, type RedisServers } from './driver.js';

/** Connects to the master that the sentinels name, and follows when they name another one. */
export function openRedisSentinel(
  driver: RedisDriver,
  onError: (error: unknown) => void,
): RedisServers {
  const { current, close } = connectAnyway(driver.createSentinel, onError);
  const master: RedisNode = {
    get isReady() {
      return current().isReady;
    },
    sendCommand: (command) => current().sendCommand(false, command),
  };
  const answer = Promise.resolve(master);
  return { nodeFor: () => answer, lookAgain: async () => {}, nodes: () => [answer], close };
}
