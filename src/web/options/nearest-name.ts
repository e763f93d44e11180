/** How many letters must be added, removed or changed to get from one name to the other. */
export function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 0; row < left.length; row++) {
    const current = [row + 1];
    for (let column = 0; column < right.length; column++) {
      const changed = previous[column]! + (left[row] === right[column] ? 0 : 1);
      current.push(Math.min(changed, previous[column + 1]! + 1, current[column]! + 1));
    }
    previous = current;
  }
  return previous[right.length]!;
}

const MAX_DISTANCE = 3;
/** Nobody's slip of the pen is longer; comparing costs the product of both lengths. */
const MAX_LENGTH = 60;

/**
 * The known name that was probably meant: the one fewest letters away, or else one that begins the
 * same way.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const given = name.toLowerCase();
  const [nearest] = known
    .map((each) => ({ each, distance: editDistance(given, each.toLowerCase()) }))
    .filter(({ each, distance }) => distance <= Math.min(MAX_DISTANCE, each.length / 2))
    .toSorted((left, right) => left.distance - right.distance);
  return nearest?.each ?? known.find((each) => beginsLike(given, each.toLowerCase()));
}

const beginsLike = (left: string, right: string): boolean =>
  left.length > 2 && (left.startsWith(right) || right.startsWith(left));
