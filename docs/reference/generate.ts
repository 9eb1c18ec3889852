import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatedPages } from "./generate/pages.ts";

/*
 * Writes the pages of this folder that are made from the source: `npm run docs`.
 * A test makes them again and compares.
 */

for (const [name, text] of await generatedPages()) writeFileSync(join(import.meta.dirname, name), text);
