const longest = 1_500;

// Signing in to reach one of these would lead in a circle, or show "You are signed out" to somebody
// who just signed in. What lies below them is the host's.
const circular = /^\/(?:login|callback|logout(?:\/continue)?|signed-out)\/?$/i;

/**
 * Letters beyond ASCII. Not a space of any kind, nor a control character: a path with those is
 * nobody's link to us.
 */
const IN_PATH = /[^\x21-\x7e\p{Cc}\p{Cs}\p{Z}]/gu;
/**
 * Behind `?` or `#` a backslash and a space are nothing but letters. Browsers send `\` there as it
 * is.
 */
const BEHIND_PATH = /[^\x21-\x5b\x5d-\x7e\p{Cc}\p{Cs}]/gu;

/**
 * An address of ours as it must be written: letters that may not stand there raw are
 * percent-encoded, those of the path where they are beyond ASCII, and behind it a backslash and
 * spaces too. What would then still be no address of ours stays as it is: a backslash, a space or a
 * control character in the path.
 */
export function writtenUrl(url: string): string {
  const length = url.split(/[?#]/, 1)[0]!.length;
  const encode = (letter: string): string => encodeURIComponent(letter);
  const path = url.slice(0, length).replaceAll(IN_PATH, encode);
  return path + url.slice(length).replaceAll(BEHIND_PATH, encode);
}

/**
 * Is this `return_to` one of our own pages? If so it comes back as it must be written, else
 * `fallback`.
 *
 * Why not `new URL(candidate, baseUrl).origin === baseUrl`: the WHATWG parser repairs before it
 * answers. It drops tabs and line breaks, trims, reads `\` as `/`, and then vouches for a string
 * that the next reader (a proxy, an older browser, the code that writes the Location header) may
 * understand in another way. So the text itself must be harmless once it is written as an address
 * must be: visible ASCII without a backslash, beginning with exactly one slash, and its path must
 * stay so once decoded.
 *
 * @param candidate whatever a request brought; an array or object, as from a repeated parameter, is
 *   never ours
 * @param basePath where our routes are mounted; empty at the root
 */
export function localUrl(candidate: unknown, fallback = '/', basePath = ''): string {
  const url = typeof candidate === 'string' ? writtenUrl(candidate) : undefined;
  return isLocalUrl(url) && !isCircular(url, basePath) ? url : fallback;
}

function isCircular(url: string, basePath: string): boolean {
  const path = decodedPath(url) ?? '';
  const isBelow = path.toLowerCase().startsWith(basePath.toLowerCase());
  return isBelow && circular.test(path.slice(basePath.length));
}

/**
 * Is this the path (and query) of an address on our own origin, whichever page it is, and written
 * as it must be?
 */
export function isLocalUrl(candidate: unknown): candidate is string {
  if (typeof candidate !== 'string' || candidate.length > longest) return false;
  if (!/^\/[\x21-\x5b\x5d-\x7e]*$/.test(candidate)) return false;
  const path = decodedPath(candidate);
  if (path === undefined) return false;
  const leadsOut = /^\/[/\\]/.test(path);
  // Dot segments would let "/x/..//evil.example" or "/x/../login" be something else than they look.
  const hasDotSegment = /[/\\]\.{1,2}(?:[/\\]|$)/.test(path);
  return !leadsOut && !hasDotSegment && !/\p{Cc}/u.test(path);
}

/**
 * Also with what merely looks like a slash or a dot as one, as a reader that normalizes would take
 * it (UAX #15, NFKC).
 */
function decodedPath(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split(/[?#]/, 1)[0]!).normalize('NFKC');
  } catch {
    return undefined;
  }
}
