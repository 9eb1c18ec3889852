import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { routes } from "../../../contract/routes.ts";
import { tokenName } from "../../../contract/names.ts";
import { parseOrThrow } from "../../../contract/validation.ts";
import { FINDING_STATES } from "../../../domain/finding.ts";
import { findingPage } from "../../../web/pages/finding.ts";
import { regressionsPage, type FindingQuery } from "../../../web/pages/regressions.ts";
import type { LoopContext } from "../../loop/context.ts";
import { changeFinding } from "../../loop/change-finding.ts";
import type { PersonOf } from "./forms.ts";
import { given, type AddPage } from "./given.ts";
import { readFinding, readFindings } from "./read-findings.ts";
import { rootOf } from "./send-page.ts";

const { limit: _limit, ...listFields } = routes.listFindings.query.shape;
const listQuery = z.object({
  ...listFields,
  state: z.enum([...FINDING_STATES, "all"]).optional(),
}) satisfies z.ZodType<FindingQuery>;

const ownerForm = z.discriminatedUnion("do", [
  z.object({ do: z.literal("take") }),
  z.object({ do: z.literal("leave") }),
  z.object({ do: z.literal("give"), owner: tokenName }),
]);

/** What has changed for the worse: the list, and each finding. */
export function addFindingPages(page: AddPage, context: LoopContext): void {
  page("/regressions", async (frame, { query }) => {
    const { cursor, ...asked } = parseOrThrow(listQuery, given(query), "invalid-request");
    return regressionsPage(frame, await readFindings(context, asked, cursor));
  });
  page("/regressions/:id", async (frame, { params }) => {
    const { id } = parseOrThrow(routes.changeFinding.params, params, "invalid-request");
    return findingPage(frame, await readFinding(context, id));
  });
}

/** A person says what is to be thought of a finding. */
export function addFindingForms(app: FastifyInstance, context: LoopContext, personOf: PersonOf): void {
  app.post("/regressions/:id/state", async (request, reply) => {
    const { actor } = await personOf(request, "submit");
    const { id } = parseOrThrow(routes.changeFinding.params, request.params, "invalid-request");
    const { form_token: _, ...said } = given(request.body);
    const change = parseOrThrow(routes.changeFinding.body, said, "invalid-request");
    await changeFinding(context, id, change, actor);
    return reply.redirect(`${rootOf(request.url)}regressions/${id}`, 303);
  });
  app.post("/regressions/:id/owner", async (request, reply) => {
    const { actor } = await personOf(request, "submit");
    const { id } = parseOrThrow(routes.changeFinding.params, request.params, "invalid-request");
    const said = parseOrThrow(ownerForm, given(request.body), "invalid-request");
    const to = said.do === "give" ? said.owner : said.do === "take" ? actor.name : null;
    await changeFinding(context, id, { owner: to }, actor);
    return reply.redirect(`${rootOf(request.url)}regressions/${id}`, 303);
  });
}
