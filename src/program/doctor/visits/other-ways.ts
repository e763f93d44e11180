import type { DoctorContext, OtherWay } from '../context/context.js';
import { readDiscovery } from './discovery-document.js';
import type { Finding } from '../findings/finding.js';

/** Whether the issuer, which the way of the settings does not lead to, is reached on another one. */
export async function findOtherWay({
  settings,
  now,
  otherWays = [],
}: DoctorContext): Promise<Finding | undefined> {
  const reads = await Promise.all(
    otherWays.map(async (way) => ({
      way,
      read: await readDiscovery(settings.issuer, way.fetch, now),
    })),
  );
  const found = reads.find(({ read }) => !('unreachable' in read));
  return found && finding(found.way, new URL(settings.issuer).hostname, settings.noProxy);
}

function finding({ is, variable }: OtherWay, host: string, noProxy: readonly string[]): Finding {
  switch (is) {
    case 'through':
      return {
        code: 'proxy_needed',
        what: `${host} is reached through the proxy of ${variable} and not without it. Lifeguard goes by HTTPS_PROXY alone, which is not set.`,
        fix: { text: `Set HTTPS_PROXY to the value of ${variable}.` },
      };
    case 'despite NO_PROXY':
      return {
        code: 'proxy_needed',
        what: `${host} is reached through the proxy of HTTPS_PROXY and not without it, and NO_PROXY keeps it from the proxy.`,
        fix: { text: `Take ${host}, or what stands for it, out of NO_PROXY.` },
      };
    case 'straight':
      return {
        code: 'proxy_in_the_way',
        what: `${host} is reached without the proxy of ${variable} and not through it.`,
        fix: {
          text: 'Except it from the proxy, or take HTTPS_PROXY out.',
          change: { kind: 'environment', set: { NO_PROXY: [...noProxy, host].join(',') } },
        },
      };
  }
}
