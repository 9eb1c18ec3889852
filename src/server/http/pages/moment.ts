import { z } from "zod";
import { momentInput } from "../../../contract/names.ts";
import { ofMinute } from "../../../web/zone.ts";

/** What a browser's field for a moment sends: a minute of the reader's time zone. */
const MINUTE = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/;

/** A moment in an address: as the API takes it, or as a browser's field sends it. */
export const moment = z
  .preprocess((text) => (typeof text === "string" && MINUTE.test(text) ? ofMinute(text) : text), momentInput)
  .optional();
