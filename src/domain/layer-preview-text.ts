import type { Resource } from "./allocation.ts";
import { formatAmount } from "./amount-text.ts";
import type { LayerPreview } from "./layer-preview.ts";
import { formatShare } from "./units.ts";

/** What becomes of requests that need more than they are given. */
const TOO_LITTLE: Record<Resource, string> = {
  memory: "needed more, and would have died of it, unless the worker had memory to spare",
  disk_space: "needed more, and would have died of it",
  cpu_count: "used more on average, and would have taken longer",
  duration: "took longer, and would have been ended",
};

/** What a layer would have done, in sentences. `scope` is what it holds for. */
export function layerPreviewSentences(preview: LayerPreview, scope: string): string[] {
  const { requests, decided, days, is_cut } = preview;
  const ofWhich = scope === "all" ? "" : ` of ${scope}`;
  const which = `${is_cut ? "the newest " : ""}${countText(requests)}${ofWhich}`;
  if (requests === 0) return [`No request${ofWhich} has run in the last ${days} days: nothing can be said.`];
  const first = `It would have decided for ${decided} of ${which} that ran in the last ${days} days`;
  if (preview.resource === null || decided === 0) return [`${first}.`];
  const { given_less, given_more } = preview;
  return [
    `${first}: ${given_less} would have been given less, and ${given_more} more.`,
    ...tooLittleSentences(preview, preview.resource),
    ...reservedSentences(preview, preview.resource),
  ];
}

function tooLittleSentences(
  { too_little, too_little_before, unknown, examples }: LayerPreview,
  resource: Resource,
): string[] {
  const few = examples.length < too_little ? ", …" : "";
  const named = examples.length === 0 ? "" : ` (${examples.map((id) => `#${id}`).join(", ")}${few})`;
  const died = too_little_before === 0 ? "None" : String(too_little_before);
  const before = resource === "cpu_count" ? "" : ` ${died} of them died of what they were given.`;
  return [
    too_little === 0
      ? `None needed more than that.${before}`
      : `${countText(too_little)} ${TOO_LITTLE[resource]}${named}.${before}`,
    ...(unknown === 0 ? [] : [`Of ${unknown} it is not known: they were cut short before.`]),
  ];
}

function reservedSentences({ reserved, would_reserve }: LayerPreview, resource: Resource): string[] {
  if (reserved === null || would_reserve === null) return [];
  const hours = (amount: number) => `${formatAmount(resource, amount)}·h`;
  const difference = would_reserve - reserved;
  const share = reserved > 0 ? ` (${formatShare(Math.abs(difference) / reserved)})` : "";
  const change =
    difference === 0 ? "as much" : `${hours(Math.abs(difference))}${share} ${difference < 0 ? "less" : "more"}`;
  return [`It would have reserved ${hours(would_reserve)} instead of ${hours(reserved)}: ${change}.`];
}

function countText(count: number): string {
  return count === 1 ? "1 request" : `${count} requests`;
}
