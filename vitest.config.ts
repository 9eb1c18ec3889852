import { defineConfig } from "vitest/config";

export default defineConfig({
  // `almanac/measure` is the source here, and built files where the package is installed
  resolve: { alias: { "almanac/measure": new URL("src/worker/measure/index.ts", import.meta.url).pathname } },
  test: {
    include: ["test/**/*.test.ts", "src/**/*.test.ts"],
    // Two cores, and suites that start servers and processes of their own and wait for these a third of their time.
    maxWorkers: 3,
    // Without it Node 24 now and then loses a process to SIGSEGV while it collects garbage (nodejs/node#62393).
    execArgv: ["--no-sparkplug"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    unstubEnvs: true,
  },
});
