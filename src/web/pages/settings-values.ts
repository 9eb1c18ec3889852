import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import {
  LAYER_FIELDS,
  LAYER_MODES,
  layerScopeText,
  type Layer,
  type LayerMode,
  type LayerScope,
} from "../../domain/layer.ts";
import type { LayerPreview } from "../../domain/layer-preview.ts";
import { layerPreviewSentences } from "../../domain/layer-preview-text.ts";
import { layerValueText } from "../../domain/layer-text.ts";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { action, mayDo } from "../parts/actions.ts";
import { commandLine, guideLink, quoted } from "../parts/links.ts";
import { table, type Row } from "../parts/table.ts";
import { ago } from "../parts/time.ts";
import { typed, typedCommand } from "../parts/typed-command.ts";

/** A value that is looked at before it is set: it, what it would have done, and what was typed. */
export type Looked = {
  layer: LayerScope & Pick<Layer, "field" | "mode" | "value" | "note">;
  preview: LayerPreview;
  typed: Readonly<Record<string, unknown>>;
};

/** What people have set, with a way to take it back. */
export function layerTable(frame: Frame, { layers, now }: { layers: readonly Layer[]; now: Timestamp }): VNode {
  if (layers.length === 0)
    return e(
      "p",
      {},
      "None: history sizes everything, and the settings of the server say the rest.",
      guideLink(frame.root, "guide/configuration-layers", "Needs and policy without code"),
    );
  const isAdmin = mayDo(frame, "admin");
  const rows = layers.map((layer): Row => {
    const { id, field, mode, value, set_by, set_at, note } = layer;
    const remove = action(frame, {
      to: `settings/values/${id}/remove`,
      word: `Remove ${id}`,
      command: `config rm ${id}`,
    });
    return {
      key: String(id),
      cells: [
        String(id),
        field,
        layerValueText(field, value),
        mode,
        layerScopeText(layer),
        set_by,
        ago(set_at, now),
        note ?? "",
        ...(isAdmin ? [remove] : []),
      ],
    };
  });
  const head = [
    "Number",
    "Field",
    { name: "Value", look: "number" },
    "How",
    { name: "For", look: "name" },
    "By",
    "Set",
    { name: "Why", look: "wide" },
  ];
  return table("Values that are set, oldest first", [...head, ...(isAdmin ? ["Remove"] : [])], rows);
}

const MODE_WORDS: Record<LayerMode, string> = {
  default: "default: where nothing else says so",
  override: "override: whatever the request says",
  lock: "lock: and nothing more particular may say otherwise",
};

/** The form for a value; it may be looked at before it is set. */
export function setForm({ root, person }: Frame, given: Readonly<Record<string, unknown>>): VNode {
  const was = (name: string) => (typeof given[name] === "string" ? given[name] : "");
  const option = (name: string, value: string, word = value) =>
    e("option", { value, selected: was(name) === value }, word);
  const text = (name: string, word: string, required = false) =>
    e("label", {}, word, e("input", { name, value: was(name), required }));
  return e(
    "form",
    { method: "post", action: `${root}settings/values`, class: "filter" },
    e("input", { type: "hidden", name: "form_token", value: person?.form_token ?? "" }),
    e("label", {}, "Field", e("select", { name: "field" }, ...LAYER_FIELDS.map((field) => option("field", field)))),
    text("value", "Value (2G, 4, 1h30m, kvm,big)", true),
    e(
      "label",
      {},
      "How",
      e("select", { name: "mode" }, ...LAYER_MODES.map((mode) => option("mode", mode, MODE_WORDS[mode]))),
    ),
    text("task_name", "Task (empty: any)"),
    text("subject", "Subject (empty: any)"),
    text("context", "Context (empty: any)"),
    text("note", "Why"),
    e("button", { name: "do", value: "look" }, "Look at it first"),
    e("button", { name: "do", value: "set" }, "Set"),
    typedCommand(
      [
        "config set",
        {
          of: [
            { field: "field", word: "FIELD" },
            { field: "value", word: "VALUE" },
          ],
          between: "=",
        },
        typed("task_name", "TASK", { option: "--task" }),
        typed("subject", "SUBJECT", { option: "--subject" }),
        typed("context", "CONTEXT", { option: "--context" }),
        typed("mode", "", { instead: { override: "--override", lock: "--lock" } }),
        typed("note", "TEXT", { option: "--note" }),
      ],
      { field: LAYER_FIELDS[0], ...given },
    ),
  );
}

/** What a value would have done, had it been set. */
export function previewPart(looked: Looked | undefined): VNode[] {
  if (looked === undefined) return [];
  const { layer, preview } = looked;
  const text = layerValueText(layer.field, layer.value);
  return [
    e(
      "div",
      { class: "card", role: "status", id: "preview" },
      e("p", {}, `${layer.field} = ${text}, ${layer.mode} for ${layerScopeText(layer)}. It is not set. Had it been:`),
      e("ul", {}, ...layerPreviewSentences(preview, layerScopeText(layer)).map((sentence) => e("li", {}, sentence))),
      commandLine(`${setCommand(layer, text)} --dry-run`),
    ),
  ];
}

function setCommand({ field, mode, task_name, subject, context, note }: Looked["layer"], text: string): string {
  const options = { "--task": task_name, "--subject": subject, "--context": context, "--note": note };
  const scope = Object.entries(options).flatMap(([name, value]) =>
    value === null ? [] : [` ${name} ${quoted(value)}`],
  );
  return `config set ${quoted(`${field}=${text.replaceAll(", ", ",")}`)}${scope.join("")}${mode === "default" ? "" : ` --${mode}`}`;
}
