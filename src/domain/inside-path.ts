/**
 * Whether a path names something below a directory, by its text alone: relative, without `..`, not empty and without
 * NUL. The directory itself (`.`) does.
 */
export function isInsidePath(path: string): boolean {
  return path !== "" && !path.includes("\0") && !path.startsWith("/") && !path.split(/[/\\]/).includes("..");
}
