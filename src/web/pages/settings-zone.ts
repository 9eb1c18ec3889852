import type { VNode } from "preact";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { zoneName, zoneNames } from "../zone.ts";

/** In which time zone this browser is shown times. */
export function zoneForm({ root, person }: Frame): VNode | null {
  if (person === undefined) return null;
  const chosen = zoneName();
  return e(
    "form",
    { class: "filter", method: "post", action: `${root}zone` },
    e("input", { type: "hidden", name: "form_token", value: person.form_token }),
    e(
      "label",
      {},
      "Time zone of this browser's pages",
      e("select", { name: "zone" }, ...zoneNames().map((name) => e("option", { selected: name === chosen }, name))),
    ),
    e("button", {}, "Show times in it"),
  );
}
