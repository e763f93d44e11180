import type { Request, Response } from 'express';
import { displayNameOf } from '../sessions/session.js';
import { createRenderer, type Render } from '../web/pages/render.js';
import { sendPage } from '../web/pages/send-page.js';
import { isUnfinished } from './logout/chain.js';
import type { CurrentLogout } from './logout/unended.js';
import type { RelyingPartyOptions } from './options/options.js';
import { NOBODY, type CurrentSession } from './session/current.js';
import type { Pages } from './session/pages.js';
import type { RelyingPartyViews } from './views.js';

export interface PagesOptions extends Pick<RelyingPartyOptions, 'render' | 'viewsFolder'> {
  readonly basePath: string;
  readonly homePath: string;
  /** Where the name of the signed-in person leads. */
  readonly profilePath: string;
  readonly currentSession: CurrentSession;
  readonly currentLogout: CurrentLogout;
}

export function createPages(options: PagesOptions): Pages {
  const { basePath, homePath, profilePath, currentSession, currentLogout } = options;
  const render = createPageRenderer(options);
  return {
    render,
    async contextOf(req: Request, res: Response, title, known) {
      const looking = known === undefined ? currentSession(req, res) : Promise.resolve(known);
      const { found, isSessionKnown } = await looking.then(
        (state) => ({ found: state, isSessionKnown: true }),
        () => ({ found: NOBODY, isSessionKnown: false }),
      );
      return {
        title,
        basePath,
        homePath,
        profilePath,
        signedInAs: found.state === 'signed-in' ? displayNameOf(found.session) : undefined,
        isSessionKnown,
        unfinishedSignOut: isUnfinished((await currentLogout(req, res))?.chain ?? []),
      };
    },
    show: (res, view, locals) => sendPage(res, render(view, locals)),
  };
}

/** The host's own page where it has one, else our view. */
function createPageRenderer({
  render,
  viewsFolder,
  basePath,
}: PagesOptions): Render<RelyingPartyViews> {
  const ours = createRenderer<RelyingPartyViews>(viewsFolder, basePath);
  if (render === undefined) return ours;
  return (view, locals) => {
    const page: unknown = render[view]?.(locals);
    if (page === undefined) return ours(view, locals);
    // Of an async function there would be a promise, and an empty page.
    if (typeof page !== 'string') throw new TypeError(`render.${view} returned no text`);
    return page;
  };
}
