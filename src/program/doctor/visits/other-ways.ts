import type { DoctorContext } from '../context/context.js';
import { readDiscovery } from './discovery-document.js';
import { type Finding, finding } from '../findings/finding.js';

/**
 * Whether the issuer, which the way of the settings does not lead to, is reached on another one.
 */
export async function findOtherWay({
  settings: { issuer, noProxy },
  now,
  otherWays = [],
}: DoctorContext): Promise<Finding | undefined> {
  const reads = await Promise.all(
    otherWays.map(async (way) => ({ way, read: await readDiscovery(issuer, way.fetch, now) })),
  );
  const found = reads.find(({ read }) => !('unreachable' in read));
  if (found === undefined) return undefined;
  const { is, variable } = found.way;
  const host = new URL(issuer).hostname;
  switch (is) {
    case 'through':
      return finding(
        'proxy_needed',
        `${host} is reached through the proxy of ${variable} and not without it. Lifeguard goes by HTTPS_PROXY alone, which is not set.`,
        `Set HTTPS_PROXY to the value of ${variable}.`,
      );
    case 'despite NO_PROXY':
      return finding(
        'proxy_needed',
        `${host} is reached through the proxy of HTTPS_PROXY and not without it, and NO_PROXY keeps it from the proxy.`,
        `Take ${host}, or what stands for it, out of NO_PROXY.`,
      );
    case 'straight':
      return finding(
        'proxy_in_the_way',
        `${host} is reached without the proxy of ${variable} and not through it.`,
        'Except it from the proxy, or take HTTPS_PROXY out.',
        { set: { NO_PROXY: [...noProxy, host].join(',') } },
      );
  }
}
