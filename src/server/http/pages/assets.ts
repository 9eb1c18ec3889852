import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { FastifyInstance } from "fastify";
import { AppError } from "../../../contract/errors.ts";

const WEB = new URL("../../../web/", import.meta.url);
const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

type Asset = { bytes: Buffer; zipped: Buffer; type: string };

/**
 * The stylesheet, the icon and the islands: read once, served under a name that changes with their content, so that
 * browsers may keep them for good. Gives that name: `assets/HASH/`.
 */
export function addAssets(app: FastifyInstance): string {
  const assets = readAssets();
  const hash = createHash("sha256");
  for (const { bytes } of assets.values()) hash.update(bytes);
  const version = hash.digest("base64url").slice(0, 12);
  app.get<{ Params: { version: string; name: string } }>("/assets/:version/:name", (request, reply) => {
    const asset = assets.get(request.params.name);
    if (asset === undefined)
      throw new AppError("route-not-found", { method: request.method, path: request.url.slice(0, 200) });
    const isCurrent = request.params.version === version;
    const isZipped = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
    return reply
      .headers({
        "cache-control": isCurrent ? "public, max-age=31536000, immutable" : "no-cache",
        "x-content-type-options": "nosniff",
        vary: "accept-encoding",
        ...(isZipped && { "content-encoding": "gzip" }),
      })
      .type(asset.type)
      .send(isZipped ? asset.zipped : asset.bytes);
  });
  return `assets/${version}/`;
}

/** The stylesheet as text, for pages that are one file. */
export function readStylesheet(): string {
  return readFileSync(new URL("style.css", WEB), "utf8");
}

function readAssets(): Map<string, Asset> {
  const islands = readdirSync(new URL("islands/", WEB)).filter((name) => name.endsWith(".js"));
  const files = ["style.css", "icon.svg", ...islands.map((name) => `islands/${name}`)].sort();
  return new Map(
    files.map((file) => {
      const name = file.replace("islands/", "");
      const bytes = readFileSync(new URL(file, WEB));
      const type = TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";
      return [name, { bytes, zipped: gzipSync(bytes, { level: 9 }), type }];
    }),
  );
}
