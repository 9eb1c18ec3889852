import type { FastifyRequest } from "fastify";
import type { LoopContext } from "../../loop/context.ts";
import type { Handlers } from "../handler.ts";
import { reportMaker } from "../pages/report.ts";

export function reportHandlers(context: LoopContext): Pick<Handlers, "report"> {
  const makeReport = reportMaker(context);
  return {
    async report({ query: { page, root }, request, reply, signal }) {
      const { html, file_name, policy } = await makeReport(page, root ?? rootAsAsked(request, page), signal);
      await reply
        .type("text/html; charset=utf-8")
        .headers({
          "content-disposition": `attachment; filename="${file_name}"`,
          "content-security-policy": policy,
          "x-content-type-options": "nosniff",
          "cache-control": "private, no-cache",
        })
        .send(html);
      return undefined;
    },
  };
}

/** Where the first page is for whoever asks: what the page that they come from has before its own address. */
function rootAsAsked({ headers: { referer }, protocol, host }: FastifyRequest, page: string): string {
  const from = referer !== undefined && URL.canParse(referer) ? new URL(referer) : undefined;
  const path = `/${page.replace(/^\/+/, "").replace(/\?.*/s, "")}`;
  const isOurs = from?.host === host && from.pathname.endsWith(path);
  return isOurs
    ? from.origin + from.pathname.slice(0, from.pathname.length - path.length + 1)
    : `${protocol}://${host}/`;
}
