import type { LoopContext } from "../../loop/context.ts";
import type { Handlers } from "../handler.ts";
import { reportMaker } from "../pages/report.ts";
import { rootAsAsked } from "../root-as-asked.ts";

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
