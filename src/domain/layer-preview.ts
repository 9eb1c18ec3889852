import type { Resource } from "./allocation.ts";
import type { WorkRequestId } from "./ids.ts";
import type { LayerField } from "./layer.ts";

/** What a layer would have done to the requests whose runs the history still has, if it had been set before. */
export type LayerPreview = {
  field: LayerField;
  /** The resource that it sets or bounds; null: it is about something else, and only counted. */
  resource: Resource | null;
  /** So many days were looked back. */
  days: number;
  /** True when there are more runs than one preview looks at: then only the newest are in it. */
  is_cut: boolean;
  /** Requests of the layer's scope that ran; and those for which it would have decided, because nothing above it did. */
  requests: number;
  decided: number;
  /** Of these: given less than they were, and more. */
  given_less: number;
  given_more: number;
  /** Those that needed more than they would have been given, and those that died of what they were given. */
  too_little: number;
  too_little_before: number;
  /** Those that were cut short before they showed what they need. */
  unknown: number;
  /**
   * What was reserved for them over time, and what would have been: byte-hours or core-hours. Those that need more count
   * twice: for the attempt that dies, and for the one after it. Null for time, which nobody else goes without.
   */
  reserved: number | null;
  would_reserve: number | null;
  /** The newest of those that needed more, at most ten. */
  examples: WorkRequestId[];
};
