import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

const OWN: Record<string, string> = { almanac: new URL("../index.ts", import.meta.url).href };
const OWN_ROOT = new URL("../../", import.meta.url).href;

/**
 * Lets modules that are loaded from now on import `almanac` and `zod` wherever they are, and get this very copy of
 * `almanac`. Gives the list, growing, of files that were loaded outside packages.
 */
export function resolveOwnModules(): string[] {
  const files: string[] = [];
  registerHooks({
    resolve(specifier, context, next) {
      const own = OWN[specifier];
      if (own !== undefined) return next(own, context);
      try {
        return next(specifier, context);
      } catch (error) {
        if (specifier !== "zod") throw error;
        return next(import.meta.resolve("zod"), context);
      }
    },
    load(url, context, next) {
      const isOwn = url.startsWith(OWN_ROOT) || url.includes("/node_modules/");
      if (url.startsWith("file:") && !isOwn) files.push(fileURLToPath(url));
      return next(url, context);
    },
  });
  return files;
}
