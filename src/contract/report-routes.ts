import { z } from "zod";
import { route } from "./route.ts";

/** The call for reports; a part of the route table. */
export const reportRoutes = {
  report: route({
    method: "GET",
    path: "/api/v1/report",
    summary: "A page as one HTML file that needs nothing else, to keep or to mail",
    scope: "read",
    query: z.strictObject({
      /** The page's address from the first page on: `r/5122`, `history?task_name=build`, `workers/w-04`. */
      page: z.string().max(4000),
      /** Where its links lead: the first page's address, as the readers of the report know it; absent: as asked for. */
      root: z
        .url({ protocol: /^https?$/, error: "an address like https://example.org/almanac/" })
        .max(500)
        .optional(),
    }),
    response: "bytes",
  }),
} as const;
