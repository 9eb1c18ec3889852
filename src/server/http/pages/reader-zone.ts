import { AsyncLocalStorage } from "node:async_hooks";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { readZoneFrom, USUAL_ZONE, zoneNames } from "../../../web/zone.ts";

/** The time zone that the person has chosen. */
export const ZONE_COOKIE = "almanac_zone";

const zones = new AsyncLocalStorage<string>();
readZoneFrom(() => zones.getStore() ?? USUAL_ZONE);

const known = new Set(zoneNames());

/** True of the name of a time zone. */
export function isZone(text: unknown): text is string {
  return typeof text === "string" && known.has(text);
}

/** Whatever is rendered for a request is in the zone that its cookie names. After the cookies are read. */
export function addReaderZone(app: FastifyInstance): void {
  app.addHook("onRequest", (request, _reply, done) => zones.run(zoneOf(request), done));
}

function zoneOf(request: FastifyRequest): string {
  const chosen = request.cookies[ZONE_COOKIE];
  return isZone(chosen) ? chosen : USUAL_ZONE;
}
