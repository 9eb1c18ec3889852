// Starts the command line. Plain JavaScript, because Node loads its TypeScript compiler (40 ms) for the first file
// in TypeScript that is not in the compile cache, and the cache has to be switched on before that.
import { existsSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

// In the user's own cache, and not in the shared /tmp that is Node's default.
enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "almanac", "compiled"));

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = join(root, "dist", "cli", "main.js");
await import(pathToFileURL(existsSync(built) ? built : join(root, "src", "cli", "main.ts")).href);
