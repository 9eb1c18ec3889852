import { resolve, sep } from "node:path";
import { isInsidePath } from "../../domain/inside-path.ts";

/**
 * The absolute place of a relative path below a directory, or undefined when it would be outside:
 * absolute, with `..`, empty, or with a NUL. The directory itself (`.`) is inside. Looks at names only:
 * the directory must be fresh, so that no symbolic link in it leads elsewhere.
 */
export function insideOf(directory: string, path: string): string | undefined {
  if (!isInsidePath(path)) return undefined;
  const place = resolve(directory, path);
  return place === directory || place.startsWith(directory + sep) ? place : undefined;
}
