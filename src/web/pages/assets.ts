import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Router, type Request, type Response } from 'express';

const folder = new URL('../../../views/assets/', import.meta.url);

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface Asset {
  readonly contentType: string;
  readonly url: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

let loaded: ReadonlyMap<string, Asset> | undefined;

/**
 * The address of a file in `views/assets`: it changes with the content, so a browser may keep the
 * answer for ever.
 *
 * @throws {Error} when there is no such file; `pico.css` is put there by the build
 */
export function assetUrl(name: string): string {
  return requireAsset(name).url;
}

/**
 * Serves the assets under `/assets/`, and the icon as `/favicon.ico` for browsers that ask for it
 * unbidden.
 */
export function assets(): Router {
  const router = Router();
  router.get('/favicon.ico', (req, res) => {
    send(req, res, requireAsset('icon.svg'), 'public, max-age=86400');
  });
  router.get('/assets/:file', (req, res, next) => {
    const [stem, , extension] = req.params.file.split('.');
    const asset = all().get(`${stem}.${extension}`);
    if (asset === undefined) {
      next();
      return;
    }
    // While a new version rolls out, a page of the old one may reach us with the old hash: styled
    // differently beats not styled at all, but then nobody may keep the answer.
    const isCurrent = req.path === asset.url;
    send(req, res, asset, isCurrent ? 'public, max-age=31536000, immutable' : 'no-cache');
  });
  return router;
}

function send(req: Request, res: Response, asset: Asset, cacheControl: string): void {
  res.set({ 'Content-Type': asset.contentType, 'Cache-Control': cacheControl });
  res.vary('Accept-Encoding');
  const isGzipped = req.acceptsEncodings(['gzip', 'identity']) === 'gzip';
  if (isGzipped) res.set('Content-Encoding', 'gzip');
  res.send(isGzipped ? asset.gzipped : asset.plain);
}

function requireAsset(name: string): Asset {
  const asset = all().get(name);
  if (asset === undefined) throw new Error(`There is no views/assets/${name}; npm run build`);
  return asset;
}

function all(): ReadonlyMap<string, Asset> {
  loaded ??= new Map(
    readdirSync(folder)
      .filter((name) => extname(name) in contentTypes)
      .map((name) => [name, load(name)]),
  );
  return loaded;
}

function load(name: string): Asset {
  const plain = readFileSync(new URL(name, folder));
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 12);
  const extension = extname(name);
  return {
    contentType: contentTypes[extension] ?? 'application/octet-stream',
    url: `/assets/${basename(name, extension)}.${hash}${extension}`,
    plain,
    gzipped: gzipSync(plain),
  };
}
