// Calls `run()` of a configured task, as the process of a run. Started by the worker.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = join(root, "dist", "task", "host", "run-function.js");
const file = existsSync(built) ? built : join(root, "src", "task", "host", "run-function.ts");
const { runFunction } = await import(pathToFileURL(file).href);
// What it left open (timers, connections) must not keep the run from its end.
process.exit(await runFunction(process.argv.slice(2)));
