import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import { assetUrl } from './assets.js';

/**
 * A view's name and its locals in, a whole HTML document out. `Views` maps each view's name to what
 * it is given.
 */
export type Render<Views> = <Name extends keyof Views & string>(
  view: Name,
  locals: Views[Name],
) => string;

const packageViews = fileURLToPath(new URL('../../../views/', import.meta.url));

/**
 * Renders the `.eta` templates of a folder, each read and compiled once. Values are escaped unless
 * a template says otherwise. Every template also has `it.assetUrl(name)`, the address of one of our
 * stylesheets or images.
 *
 * @param folder templates that take the place of ours, file by file; what is absent there comes
 *   from the package's own `views` folder, so a site may bring its `layout.eta` and nothing else
 * @param basePath where the assets are mounted; empty at the root
 * @throws {Error} from the returned function, when a template does not exist or fails
 */
export function createRenderer<Views extends object>(
  folder?: string | URL,
  basePath = '',
): Render<Views> {
  const folders = folder === undefined ? [packageViews] : [pathOf(folder), packageViews];
  const eta = new Eta({ views: packageViews, cache: true });
  const paths = new Map<string, string>();
  // Names are always counted from the top folder: an overridden page must still find the package's
  // layout.
  eta.resolvePath = (name) => {
    let path = paths.get(name);
    if (path === undefined) {
      path = findFirst(folders, `${name}.eta`);
      paths.set(name, path);
    }
    return path;
  };
  const mountedAssetUrl = (name: string): string => basePath + assetUrl(name);
  return (view, locals) => eta.render(view, { ...locals, assetUrl: mountedAssetUrl });
}

function findFirst(folders: readonly string[], file: string): string {
  const path = folders.map((each) => join(each, file)).find((each) => existsSync(each));
  if (path === undefined) throw new Error(`There is no view ${file} in ${folders.join(' or ')}`);
  return path;
}

const pathOf = (folder: string | URL): string =>
  typeof folder === 'string' ? folder : fileURLToPath(folder);
