import type { EventEmitter } from 'node:events';
import type { Request } from 'express';
import type { RelyingPartyEvents } from './events.js';
import type { ResourceMetadata } from './resource-metadata.js';

/**
 * Looks, when a challenge has named the metadata for the first time, whether anybody answers there; if not, says the line to write:
 * as an event, and where nobody listens as a warning of the process. Once: it is the same line every time.
 */
export function createMountReminder(
  metadata: ResourceMetadata,
  events: EventEmitter<RelyingPartyEvents>,
): (req: Request) => void {
  let wasChecked = false;
  return (req) => {
    if (wasChecked) return;
    wasChecked = true;
    if (metadata.isMounted(req)) return;
    const { url } = metadata;
    const detail = `Challenges name ${url}, where this app does not answer; write app.use(rp.resourceMetadata) at the root of ${new URL(url).origin}`;
    if (!events.emit('resource_metadata.unmounted', { url, detail })) {
      process.emitWarning(detail, { code: 'LIFEGUARD_RESOURCE_METADATA_UNMOUNTED' });
    }
  };
}
