import type { Application, Request, RequestHandler } from 'express';

/**
 * As Express keeps it; `slash`, in Express 4 `regexp.fast_slash`, is `false` for what is mounted at
 * a path.
 */
interface Stack {
  readonly stack?: readonly Layer[];
}
interface Layer {
  readonly handle: RequestHandler & Stack;
  readonly slash?: boolean;
  readonly regexp?: { readonly fast_slash?: boolean };
  /** Of `app.get(path, …)` and the like. */
  readonly route?: { readonly stack: readonly { readonly handle: RequestHandler }[] };
  match(path: string): boolean;
}

/** In Express 4 the router is `_router`, and `router` throws. */
type AnyApp = Application & { parent?: AnyApp; _router?: Stack };

/**
 * The first handler of this kind that a request for `path` would meet in the app that has `req`, or
 * in an app around it: mounted at the root, in a router there, or as a route of that path. Inside
 * another app, or a function of the host's, nobody can look.
 */
export function findMounted(
  { app }: Request,
  path: string,
  isIt: (handle: RequestHandler) => boolean,
): RequestHandler | undefined {
  const inStack = ({ stack = [] }: Stack): RequestHandler | undefined => {
    for (const layer of stack) {
      const found = inLayer(layer);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const inLayer = (layer: Layer): RequestHandler | undefined => {
    const { handle, route, slash, regexp } = layer;
    if (route !== undefined) {
      const found = route.stack.find((each) => isIt(each.handle))?.handle;
      return found !== undefined && layer.match(path) ? found : undefined;
    }
    if ((slash ?? regexp?.fast_slash) !== true) return undefined;
    return isIt(handle) ? handle : inStack(handle);
  };

  for (let each = app as AnyApp | undefined; each !== undefined; each = each.parent) {
    const found = inStack(each['_router'] ?? (each.router as unknown as Stack));
    if (found !== undefined) return found;
  }
  return undefined;
}
