import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import { THEMES, type Frame, type Theme } from "../../../web/layout.ts";
import type { Person } from "./session.ts";

/** How the person wants the pages to look. */
export const THEME_COOKIE = "almanac_theme";

/** Everything comes from here; nothing is inline; nobody shows us in a frame. */
export const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cache-control": "private, no-cache",
  vary: "accept-encoding, cookie",
};

const LEAST_ZIPPED = 2_000;
const zip = promisify(gzip);

/** What surrounds a page that answers this request. */
export function frameOf(request: FastifyRequest, assets: string, person: Person | undefined): Frame {
  const chosen = request.cookies[THEME_COOKIE];
  return {
    root: rootOf(request.url),
    assets,
    theme: isTheme(chosen) ? chosen : "system",
    person: person && { name: person.name, scope: person.token.scope, form_token: person.form_token },
  };
}

/** The way from an address back to the first page: relative, so that no path prefix need be known. */
export function rootOf(url: string): string {
  const depth = (url.split("?", 1)[0] ?? "").split("/").length - 2;
  return depth <= 0 ? "./" : "../".repeat(depth);
}

export function isTheme(text: unknown): text is Theme {
  return THEMES.some((theme) => theme === text);
}

/** Sends a page, packed where the browser can unpack it. */
export async function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  html: string,
): Promise<FastifyReply> {
  void reply.code(status).headers(SECURITY_HEADERS).type("text/html; charset=utf-8");
  const isZipped = html.length >= LEAST_ZIPPED && /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
  if (!isZipped) return reply.send(html);
  return reply.header("content-encoding", "gzip").send(await zip(html, { level: 5 }));
}

/** The page that the form stands on, or the first one. */
export function backTo(request: FastifyRequest): string {
  const { referer, host } = request.headers;
  if (referer === undefined || !URL.canParse(referer)) return rootOf(request.url);
  const page = new URL(referer);
  return page.host === host ? page.pathname + page.search : rootOf(request.url);
}
