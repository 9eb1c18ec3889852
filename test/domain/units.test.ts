import { assert, integer, property } from "fast-check";
import { expect, it } from "vitest";
import { formatBytes, parseBytes } from "../../src/domain/units.ts";

it("an amount that is shown and typed again is the same amount, to within what is shown of it", () => {
  assert(
    property(integer({ min: 1, max: 2 ** 52 }), (bytes) => {
      const again = parseBytes(formatBytes(bytes)) ?? 0;
      // 1.0 stands for up to a twentieth more or less
      expect(Math.abs(again - bytes)).toBeLessThanOrEqual(bytes / 20);
    }),
  );
});

it("K, M, G and T are powers of 1024, however they are written", () => {
  for (const text of ["4G", "4 GiB", "4gb", "4096M"]) expect(parseBytes(text)).toBe(4 * 1024 ** 3);
});
