import type { EventEmitter } from 'node:events';
import type { Request } from 'express';
import type { RelyingPartyEvents } from '../relying-party/events.js';
import type { ResourceMetadata } from './resource-metadata.js';

/**
 * Looks, when a challenge has named the metadata for the first time, whether it is ours that is
 * answered there; if not, says the line to write: as an event, and where nobody listens as a
 * warning of the process. Once: it is the same line every time.
 */
export function createMountReminder(
  { url, whoAnswers }: ResourceMetadata,
  events: EventEmitter<RelyingPartyEvents>,
): (req: Request) => void {
  const wrong = {
    nobody: `where nothing was seen to answer in this app; write app.use(rp.resourceMetadata) at the root of ${new URL(url).origin}`,
    another:
      'where another relying party answers with its own; give each an api.audience of its own',
  };
  let wasChecked = false;
  return (req) => {
    if (wasChecked) return;
    wasChecked = true;
    const who = whoAnswers(req);
    if (who === 'this') return;
    const detail = `Challenges name ${url}, ${wrong[who]}`;
    if (!events.emit('resource_metadata.unmounted', { url, detail })) {
      process.emitWarning(detail, { code: 'LIFEGUARD_RESOURCE_METADATA_UNMOUNTED' });
    }
  };
}
