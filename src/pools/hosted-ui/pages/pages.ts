import type { Response } from 'express';
import { createRenderer } from '../../../web/pages/render.js';
import type { Exchange } from '../../exchange/exchange.js';

/** A form's address and its hidden fields. */
export interface PageForm {
  readonly action: string;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
}

/** The pages and what each is given. */
export interface PoolViews {
  readonly 'sign-in': {
    readonly poolName: string;
    readonly error: string | undefined;
    readonly providers: readonly { readonly name: string; readonly form: PageForm }[];
    /** `undefined` when users of this pool cannot sign in at the client. */
    readonly nativeForm: (PageForm & { readonly username: string }) | undefined;
  };
  readonly 'new-password': {
    readonly poolName: string;
    readonly error: string | undefined;
    /** Whose password it is; password managers want to know. */
    readonly username: string;
    readonly form: PageForm;
    readonly policy: string;
  };
  readonly error: {
    readonly poolName: string;
    readonly message: string;
    /** Code or details, as the client would report them. */
    readonly error: string | undefined;
  };
  readonly index: {
    readonly pools: readonly {
      readonly name: string;
      readonly issuer: string;
      /** `undefined`: it has none. */
      readonly domain: string | undefined;
      readonly clients: readonly { readonly name: string; readonly launchUrl: string }[];
    }[];
  };
}

const render = createRenderer<PoolViews>(new URL('../../../../views/pools/', import.meta.url));

/** Shows a page of this pool. */
export function showPage<Name extends Exclude<keyof PoolViews, 'index'>>(
  { response, pool }: Exchange,
  status: number,
  view: Name,
  locals: Omit<PoolViews[Name], 'poolName'>,
): void {
  const page = render(view, { ...locals, poolName: pool.name } as PoolViews[Name]);
  sendHtml(response, status, page);
}

/** Shows the list of pools. */
export function showIndex(response: Response, locals: PoolViews['index']): void {
  sendHtml(response, 200, render('index', locals));
}

function sendHtml(response: Response, status: number, html: string): void {
  response.status(status).set({
    // No form-action: browsers apply it to the redirects after a form, and ours lead to other
    // origins.
    'Content-Security-Policy':
      "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'same-origin',
    'Content-Type': 'text/html; charset=utf-8',
  });
  response.end(html);
}
