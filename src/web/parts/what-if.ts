import type { VNode } from "preact";
import { formatBytes } from "../../domain/units.ts";
import type { ReserveInstead } from "../../history/reserve-instead.ts";
import { element as e } from "../element.ts";
import { gibHours } from "./held-hours.ts";

const HOUR_SECONDS = 3600;

/** What would have come of it, in a few words: `3 of 178 killed, 41 GiB·h less`. */
export function whatIfText({ runs, killed, held }: ReserveInstead): string {
  const kills = `${killed} of ${runs} killed`;
  return held === undefined ? kills : `${kills}, ${savedText(held)}`;
}

/** The same as sentences, with what was held. */
export function whatIfSentence(found: ReserveInstead): string {
  const { amount, runs, killed, unknown, held } = found;
  const again = killed > 0 && held !== undefined ? " and made again with what they were given" : "";
  const kills = `Had ${formatBytes(amount)} been reserved, ${killed} of ${runs} runs would have been killed for memory${again}`;
  const hours =
    held === undefined
      ? ""
      : `: ${savedText(held)} than the ${gibHours(held.before / HOUR_SECONDS)} GiB·h that they held`;
  const doubt =
    unknown === 0 ? "" : ` Of ${unknown} more nobody knows: they were cut short before they had used so much.`;
  return `${kills}${hours}.${doubt}`;
}

function savedText({ before, after }: { before: number; after: number }): string {
  const saved = (before - after) / HOUR_SECONDS;
  return saved < 0 ? `${gibHours(-saved)} GiB·h more` : `${gibHours(saved)} GiB·h less`;
}

/** Asks for an amount; `fields` are those of the address that stay. */
export function whatIfForm(
  action: string,
  fields: Readonly<Record<string, string | undefined>>,
  chosen: number | undefined,
): VNode {
  return e(
    "form",
    { class: "filter", method: "get", action: `${action}#what-if` },
    ...Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [e("input", { type: "hidden", name, value })],
    ),
    e(
      "label",
      {},
      "Memory to reserve instead",
      e("input", {
        name: "what_if",
        value: chosen === undefined ? "" : formatBytes(chosen),
        placeholder: "2G",
        size: 8,
        required: true,
      }),
    ),
    e("button", {}, "Look back"),
  );
}
