/**
 * Whether a text is matched whole by a pattern in which `*` stands for any characters, none included. Takes steps in
 * proportion to the product of the two lengths at most, so that no pattern of a stranger holds a server up.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let [at, position] = [0, 0];
  // where the last star stood, and up to where it was taken to reach
  let [star, reach] = [-1, 0];
  // ends: each round goes on in the text or lets the last star reach further
  while (position < text.length) {
    if (pattern[at] === "*") {
      star = at;
      reach = position;
      at += 1;
    } else if (at < pattern.length && pattern[at] === text[position]) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      reach += 1;
      at = star + 1;
      position = reach;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
