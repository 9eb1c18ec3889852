import { defineConfig } from "vitest/config";

export default defineConfig({
  // `almanac/measure` is the source here, and built files where the package is installed
  resolve: { alias: { "almanac/measure": new URL("src/worker/measure/index.ts", import.meta.url).pathname } },
  test: {
    include: ["test/**/*.test.ts", "src/**/*.test.ts"],
    // Two cores, and suites that start servers and processes of their own.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    unstubEnvs: true,
  },
});
