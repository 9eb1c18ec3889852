// Builds dist/ for a package that is installed: Node does not strip types below node_modules. Called by `npm pack` and
// `npm publish`; `--clean` removes it again, so that a clone always runs its sources. `--into DIR` builds elsewhere.
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [option, elsewhere] = process.argv.slice(2);
const dist = option === "--into" ? elsewhere : join(root, "dist");

rmSync(dist, { recursive: true, force: true });
if (option !== "--clean") build();

function build() {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const done = spawnSync(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json"), "--outDir", dist], {
    stdio: ["ignore", 2, 2], // standard output belongs to npm
  });
  if (done.status !== 0) process.exit(1);
  for (const file of filesIn(dist, /\.(js|d\.ts)$/)) namesOfBuiltFiles(join(dist, file));
  for (const file of filesIn(join(root, "src"), /\.(sql|css|svg)$|^web\/islands\//))
    cpSync(join(root, "src", file), join(dist, file));
}

function filesIn(directory, pattern) {
  return readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((file) => pattern.test(file));
}

/** The compiler leaves the names of sources in declarations, and in the files that are started as threads. */
function namesOfBuiltFiles(file) {
  const text = readFileSync(file, "utf8");
  const named = text
    .replaceAll(/((?:from|import)\s*\(?\s*["']\.[^"'\n]+)\.tsx?(["'])/g, "$1.js$2")
    .replaceAll(/(new URL\(["']\.[^"'\n]+)\.ts(["'])/g, "$1.js$2");
  if (named !== text) writeFileSync(file, named);
}
