// Runs a TypeScript file of this package with a Node that can: installs what is missing first, finds
// Node 24 (the caller's own, or the one npm brought), passes on arguments, signals and the exit code.
// Plain JavaScript without dependencies, because it must run on Node 20 in a fresh clone.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const MINIMUM_NODE = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

installWhatIsMissing();
linkCommand();
run(findNode(), process.argv.slice(2));

function installWhatIsMissing() {
  const missing = missingPackage();
  if (missing === undefined) return;
  process.stderr.write(`Installing packages (${missing} is missing) ...\n`);
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const done = spawnSync(npm, ["ci", "--loglevel=error", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", 2, 2], // standard output belongs to the program that follows
    shell: process.platform === "win32",
  });
  if (done.status !== 0) fail("npm ci failed: see its message above, then run the same command again.");
}

/** The first package of the lock file that is not installed in the locked version. */
function missingPackage() {
  const locked = readPackages(join(root, "package-lock.json"));
  const installed = readPackages(join(root, "node_modules", ".package-lock.json"));
  for (const [path, wanted] of Object.entries(locked)) {
    if (path === "" || wanted.link === true) continue;
    if (installed[path]?.version === wanted.version) continue;
    // Optional packages are for particular machines: npm leaves out those of others.
    if (wanted.optional === true && !isForThisMachine(wanted)) continue;
    return path.replace(/^node_modules\//, "");
  }
  return undefined;
}

function readPackages(file) {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")).packages ?? {}) : {};
}

function isForThisMachine(wanted) {
  const isListed = (list, value) => list === undefined || list.includes(value);
  // A package without either list, or for another C library, may be left out without harm.
  if (wanted.os === undefined || wanted.libc !== undefined) return false;
  return isListed(wanted.os, process.platform) && isListed(wanted.cpu, process.arch);
}

/** Lets `npx almanac` find the command in a clone, as it does where the package is installed. */
function linkCommand() {
  const link = join(root, "node_modules", ".bin", "almanac");
  if (process.platform === "win32" || existsSync(link)) return;
  try {
    symlinkSync("../../bin/almanac", link);
  } catch {
    // A read-only tree: bin/almanac itself still works.
  }
}

function findNode() {
  if (Number(process.versions.node.split(".")[0]) >= MINIMUM_NODE) return process.execPath;
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const binary = process.platform === "win32" ? "node.exe" : "node";
  const found = join(root, "node_modules", name, "bin", binary);
  if (existsSync(found)) return found;
  return fail(
    `Almanac needs Node ${MINIMUM_NODE} or later, this is ${process.version}, and npm has none for ` +
      `${process.platform}/${process.arch}: install Node ${MINIMUM_NODE} and run the same command again.`,
  );
}

function run(node, args) {
  const child = spawn(node, args, { cwd: process.cwd(), stdio: "inherit", env: withoutNpm(process.env) });
  // The terminal signals the whole group by itself; these are for signals sent to this process alone.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  endWithNpm(child);
  child.on("error", (error) => fail(`Could not start ${node}: ${error.message}`));
  child.on("exit", (code, signal) => {
    process.exit(signal === null ? code : 128 + constants.signals[signal]);
  });
}

/** Without what npm puts before the caller's own programs: runs of a server would get this package's Node as theirs. */
function withoutNpm(env) {
  if (env.npm_lifecycle_event === undefined || process.platform === "win32") return env;
  const own = (env.PATH ?? "").split(":").filter((entry) => !/\/(node_modules\/\.bin|node-gyp-bin)\/?$/.test(entry));
  return { ...env, PATH: own.join(":") };
}

/** npm does not pass on a SIGTERM that it gets itself, and leaves its script running: without npm, the program is to end. */
function endWithNpm(child) {
  const npm = process.env.npm_lifecycle_event === undefined ? undefined : npmProcess();
  if (npm === undefined) return;
  const watch = setInterval(() => {
    if (existsSync(`/proc/${npm}`)) return;
    clearInterval(watch);
    child.kill("SIGTERM");
  }, 500);
  watch.unref();
}

/** The process of npm: our parent, or the parent of the shell that it starts scripts with. Known on Linux only. */
function npmProcess() {
  if (!existsSync(`/proc/${process.ppid}/stat`)) return undefined;
  // the name in parentheses may contain anything; the state and the parent's id follow it
  const [, name, parent] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${process.ppid}/stat`, "utf8")) ?? [];
  return name === "sh" ? parent : process.ppid;
}

function fail(message) {
  process.stderr.write(`almanac: ${message}\n`);
  process.exit(3);
}
