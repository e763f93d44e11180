import { metricsApp } from '../../ops/metrics.js';
import { listen } from '../../server.js';
import { portFailure } from '../surroundings/failure.js';

/**
 * Answers `/metrics` on a port that only this machine can reach, for as long as the process lives.
 *
 * @param port `undefined`: nowhere
 * @throws {CommandError} when the port cannot be had
 */
export async function listenForMetrics(
  port: number | undefined,
  render: () => Promise<string>,
): Promise<void> {
  if (port === undefined) return;
  const place = { port, host: '127.0.0.1' };
  await listen(metricsApp(render), place).catch((error: unknown) => {
    throw portFailure(error, { ...place, portSetting: 'METRICS_PORT' });
  });
}
