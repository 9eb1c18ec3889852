import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import {
  LAYER_FIELDS,
  LAYER_MODES,
  layerScopeText,
  type Layer,
  type LayerField,
  type LayerMode,
  type LayerValue,
} from "../../domain/layer.ts";
import { layerValueText } from "../../domain/layer-text.ts";
import type { Worker } from "../../domain/worker.ts";
import { formatDuration } from "../../domain/units.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { action, mayDo } from "../parts/actions.ts";
import { commandLine, queryText } from "../parts/links.ts";
import { table, type Row } from "../parts/table.ts";
import { ago, secondsBetween } from "../parts/time.ts";
import { quoted } from "./requests.ts";
import { tokensPart, type ShownToken } from "./settings-tokens.ts";

/** For whom a value is explained. */
export type ExplainedKey = { task_name: string; subject?: string | undefined; context?: string | undefined };

/** One field of what a request would be given. */
export type ShownField = {
  field: LayerField;
  value: LayerValue | null;
  source: string;
  because: string;
  beaten: readonly Layer[];
};

/** What the page of settings shows. */
export type SettingsData = {
  now: Timestamp;
  about: { version: string; started_at: Timestamp; database: string };
  workers: readonly Worker[];
  layers: readonly Layer[];
  explained?: { key: ExplainedKey; fields: readonly ShownField[] } | undefined;
  /** Absent for whoever may not see them. */
  tokens?: readonly ShownToken[] | undefined;
  /** A token that was made just now: its secret is shown this once. */
  made?: { token: ShownToken; secret: string } | undefined;
  /** What was wrong with what was sent, and that, so that nothing has to be typed again. */
  refused?: { messages: readonly string[]; typed: Readonly<Record<string, unknown>> } | undefined;
};

/** What people have set, who may call the server, and what it is. */
export function settingsPage(frame: Frame, data: SettingsData): string {
  const { refused, now } = data;
  return renderPage(
    frame,
    { title: "Settings", place: "settings" },
    e("p", { class: "lead" }, sentence(data)),
    refused === undefined
      ? null
      : e("div", { class: "card", role: "alert" }, ...refused.messages.map((message) => e("p", {}, message))),
    e("h2", { id: "values" }, "Values that people have set"),
    layerTable(frame, data),
    ...(mayDo(frame, "admin") ? [e("h3", {}, "Set one"), setForm(frame, refused?.typed ?? {})] : []),
    e("h2", { id: "explain" }, "What a request would be given"),
    ...explainPart(frame, data),
    e("h2", { id: "tokens" }, "Tokens"),
    ...tokensPart(frame, { tokens: data.tokens, made: data.made, now }),
    e("h2", { id: "about" }, "About this server"),
    aboutTable(data),
    e("h2", {}, "The same elsewhere"),
    commandLine("config ls"),
    commandLine("token ls"),
    commandLine("doctor"),
  );
}

function sentence({ about, layers, workers, now }: SettingsData): string {
  const online = workers.filter(({ state }) => state === "online").length;
  const values = layers.length === 1 ? "1 value is set" : `${layers.length} values are set`;
  return `Almanac ${about.version} on ${about.database}, running for ${formatDuration(secondsBetween(about.started_at, now))}; ${values}, ${online} of ${workers.length} workers online.`;
}

function layerTable(frame: Frame, { layers, now }: SettingsData): VNode {
  if (layers.length === 0)
    return e("p", {}, "None: history sizes everything, and the settings of the server say the rest.");
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

function setForm({ root, person }: Frame, typed: Readonly<Record<string, unknown>>): VNode {
  const was = (name: string) => (typeof typed[name] === "string" ? typed[name] : "");
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
    e("button", {}, "Set"),
    e("code", { class: "quiet" }, "almanac config set FIELD=VALUE --task TASK --override --note TEXT"),
  );
}

function explainPart({ root }: Frame, { explained }: SettingsData): (VNode | null)[] {
  const { task_name = "", subject = "", context = "" } = explained?.key ?? {};
  const text = (name: string, word: string, value: string, required = false) =>
    e("label", {}, word, e("input", { name, value, required }));
  return [
    e(
      "form",
      { class: "filter", method: "get", action: `${root}settings#explain` },
      text("task_name", "Task", task_name, true),
      text("subject", "Subject", subject),
      text("context", "Context", context),
      e("button", {}, "Explain"),
    ),
    ...(explained === undefined
      ? []
      : [
          table(
            "What it would be given",
            [
              "Field",
              { name: "Value", look: "number" },
              "From",
              { name: "Because", look: "wide" },
              { name: "Instead of", look: "wide" },
            ],
            explained.fields
              .filter(({ value }) => value !== null)
              .map(({ field, value, source, because, beaten }) => [
                field,
                layerValueText(field, value),
                source,
                because,
                beaten
                  .map(
                    (layer) =>
                      `${layerValueText(layer.field, layer.value)} (${layer.mode} for ${layerScopeText(layer)})`,
                  )
                  .join("; "),
              ]),
          ),
          commandLine(`explain ${[task_name, subject, context].filter(Boolean).map(quoted).join(" ")}`),
          e("p", {}, e("a", { href: `${root}api/v1/explain${queryText({ task_name, subject, context })}` }, "As JSON")),
        ]),
  ];
}

function aboutTable({ about, workers, now }: SettingsData): VNode {
  const measured = Map.groupBy(workers, ({ measure_method }) => measure_method);
  const versions = Map.groupBy(workers, ({ version }) => version);
  const counted = (groups: ReadonlyMap<string, readonly Worker[]>) =>
    groups.size === 0 ? "no worker" : [...groups].map(([name, { length }]) => `${name} (${length})`).join(", ");
  return table(
    "About",
    ["What", { name: "How it is", look: "wide" }],
    [
      ["version", about.version],
      ["database", about.database],
      ["started", ago(about.started_at, now)],
      ["workers measure by", counted(measured)],
      ["workers' versions", counted(versions)],
    ],
  );
}
