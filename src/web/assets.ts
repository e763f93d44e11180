import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Router, type Request, type Response } from 'express';

const folder = new URL('../../views/assets/', import.meta.url);

const contentTypes = {
  'pico.css': 'text/css; charset=utf-8',
  'lifeguard.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

/** The files every page may use. */
export type AssetName = keyof typeof contentTypes;

interface Asset {
  readonly contentType: string;
  readonly url: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

const loaded = new Map<AssetName, Asset>();

/** The address of an asset: it changes with the content, so a browser may keep the answer for ever. */
export function assetUrl(name: AssetName): string {
  return load(name).url;
}

/** Serves the assets under `/assets/`, and the icon as `/favicon.ico` for browsers that ask for it unbidden. */
export function assets(): Router {
  const router = Router();
  router.get('/favicon.ico', (req, res) => {
    send(req, res, load('icon.svg'), 'public, max-age=86400');
  });
  router.get('/assets/:file', (req, res, next) => {
    const [stem, , extension] = req.params.file.split('.');
    const name = `${stem}.${extension}`;
    if (!isAssetName(name)) {
      next();
      return;
    }
    const asset = load(name);
    // While a new version rolls out, a page of the old one may reach us with the old hash: styled differently beats
    // not styled at all, but then nobody may keep the answer.
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

function load(name: AssetName): Asset {
  let asset = loaded.get(name);
  if (asset === undefined) {
    const plain = readFileSync(new URL(name, folder));
    const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 12);
    const [stem, extension] = name.split('.');
    const url = `/assets/${stem}.${hash}.${extension}`;
    asset = { contentType: contentTypes[name], url, plain, gzipped: gzipSync(plain) };
    loaded.set(name, asset);
  }
  return asset;
}

const isAssetName = (name: string): name is AssetName => Object.hasOwn(contentTypes, name);
