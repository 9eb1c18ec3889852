import type { Surface } from "./surface.ts";

/**
 * The text as a link (OSC 8, https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda) where the surface has
 * links, else the text alone. Only http and https are linked.
 */
export function hyperlink(surface: Pick<Surface, "hasLinks">, text: string, url: string): string {
  const parsed = surface.hasLinks ? URL.parse(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return text;
  // `href` is percent-encoded: no control character is left in it
  return `\u001b]8;;${parsed.href}\u001b\\${text}\u001b]8;;\u001b\\`;
}
