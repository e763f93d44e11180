import type { Request, Response } from 'express';
import type { PageContext } from '../../web/pages/page-context.js';
import type { RelyingPartyViews } from '../views.js';
import type { SessionState } from './current.js';

/** Shows pages: ours, or the host's in their place. */
export interface Pages {
  /**
   * What the layout of a page needs. Never rejects: with the store down the page is shown as signed
   * out.
   * @param known who is signed in, where that need not be looked up
   */
  contextOf(req: Request, res: Response, title: string, known?: SessionState): Promise<PageContext>;
  render<Name extends keyof RelyingPartyViews>(view: Name, locals: RelyingPartyViews[Name]): string;
  /** Sends a page that nobody may keep. */
  show<Name extends keyof RelyingPartyViews>(
    res: Response,
    view: Name,
    locals: RelyingPartyViews[Name],
  ): void;
}
