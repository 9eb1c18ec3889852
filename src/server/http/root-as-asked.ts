import type { FastifyRequest } from "fastify";

/**
 * Where the first page is for whoever asks: what the page that they come from has before its own address, one of `pages`
 * (`settings`, `r/5122`). A reverse proxy may have taken a prefix away that only the browser knows of.
 */
export function rootAsAsked({ headers: { referer }, protocol, host }: FastifyRequest, ...pages: string[]): string {
  const from = referer !== undefined && URL.canParse(referer) ? new URL(referer) : undefined;
  const paths = pages.map((page) => `/${page.replace(/^\/+/, "").replace(/\?.*/s, "")}`);
  const path = from?.host === host ? paths.find((one) => from.pathname.endsWith(one)) : undefined;
  return from === undefined || path === undefined
    ? `${protocol}://${host}/`
    : from.origin + from.pathname.slice(0, from.pathname.length - path.length + 1);
}
