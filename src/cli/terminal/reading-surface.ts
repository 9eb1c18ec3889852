import type { Surface } from "./surface.ts";

/**
 * The surface for tables inside a text that is for reading only (`show`, `why`): aligned also where the output goes into
 * a file, and in full there. Programs take `--json`.
 */
export function readingSurface(surface: Surface): { surface: Surface; isWide: boolean } {
  return { surface: { ...surface, isTty: true }, isWide: !surface.isTty };
}
