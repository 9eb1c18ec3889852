import { z } from "zod";
import { workRequestIdParam } from "./names.ts";

/** The page size of lists, and the place to go on from: the `next_cursor` of the page before. */
export const pageQuery = {
  /** How many at most; 100 when absent. */
  limit: z.coerce.number().pipe(z.int().min(1).max(1000)).default(100),
  /** The `next_cursor` of the page before. */
  cursor: z.string().max(200).optional(),
};

/** One page of a list, and the cursor of the next. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    /** Gets the next page; null on the last one. */
    next_cursor: z.string().nullable(),
  });
}

/** The work request in a path. */
export const requestIdParams = z.strictObject({ id: workRequestIdParam });
