import { z } from "zod";
import { ACT_KINDS, type ListedAct } from "../domain/act.ts";
import { momentInput, timestampSchema } from "./names.ts";
import { pageOf, pageQuery } from "./paging.ts";
import { recordOf } from "./record-of.ts";
import { route } from "./route.ts";

/** What somebody did to the server. */
export const listedActSchema = recordOf<ListedAct>()(
  z.object({
    id: z.int(),
    at: timestampSchema,
    kind: z.enum(ACT_KINDS),
    by: z.string(),
    by_token: z.int(),
    did: z.string(),
  }),
);

/** Who did what. */
export const actRoutes = {
  listActs: route({
    method: "GET",
    path: "/api/v1/acts",
    summary: "What people did to the server, newest first; what they did to a request stands with it",
    scope: "read",
    query: z.strictObject({
      ...pageQuery,
      /** Only what was of this kind. */
      kind: z.enum(ACT_KINDS).optional(),
      /** Only what the token of this number did, or a browser's session that was opened with it. */
      by_token: z.coerce.number().pipe(z.int().min(0)).optional(),
      /** Only what was done then or later. */
      since: momentInput.optional(),
      /** Only what was done then or earlier. */
      until: momentInput.optional(),
    }),
    response: pageOf(listedActSchema),
  }),
} as const;
