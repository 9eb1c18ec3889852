import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import { layerScopeText, type Layer, type LayerField, type LayerValue } from "../../domain/layer.ts";
import { layerValueText } from "../../domain/layer-text.ts";
import type { Worker } from "../../domain/worker.ts";
import { formatDuration } from "../../domain/units.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { mayDo } from "../parts/actions.ts";
import { commandLine, queryText, quoted } from "../parts/links.ts";
import { table } from "../parts/table.ts";
import { ago, secondsBetween } from "../parts/time.ts";
import { keptTable, type Kept } from "./settings-kept.ts";
import { actsPart, type Acts } from "./settings-acts.ts";
import { tokensPart, type MadeToken, type ShownToken } from "./settings-tokens.ts";
import { zoneForm } from "./settings-zone.ts";
import { layerTable, previewPart, setForm, type Looked } from "./settings-values.ts";

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
  kept: Kept;
  layers: readonly Layer[];
  explained?: { key: ExplainedKey; fields: readonly ShownField[] } | undefined;
  acts: Acts;
  /** Absent for whoever may not see them. */
  tokens?: readonly ShownToken[] | undefined;
  /** A token that was made just now: its secret is shown this once. */
  made?: MadeToken | undefined;
  /** What a value would have done that is not set yet. */
  looked?: Looked | undefined;
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
    ...previewPart(data.looked),
    ...(mayDo(frame, "admin")
      ? [e("h3", { id: "set" }, "Set one"), setForm(frame, refused?.typed ?? data.looked?.typed ?? {})]
      : []),
    e("h2", { id: "explain" }, "What a request would be given"),
    ...explainPart(frame, data),
    e("h2", { id: "tokens" }, "Tokens"),
    ...tokensPart(frame, { tokens: data.tokens, made: data.made, now }),
    e("h2", { id: "kept" }, "What is kept, and how long"),
    ...keptTable(data.kept),
    e("h2", { id: "acts" }, "What people did"),
    ...actsPart(frame, data.acts, { tokens: data.tokens, now }),
    e("h2", { id: "zone" }, "How times and amounts are shown"),
    zoneForm(frame),
    e(
      "p",
      {},
      "Memory and disk are counted in powers of 1024 wherever they are shown or typed: 4G are 4 × 1024³ bytes, which is also called 4 GiB. 1 GiB·h is 1G for an hour.",
    ),
    e("h2", { id: "about" }, "About this server"),
    aboutTable(data),
    e(
      "p",
      {},
      "What it submits and tells by itself: ",
      e("a", { href: `${frame.root}schedules` }, "schedules"),
      ", ",
      e("a", { href: `${frame.root}hooks` }, "hooks"),
      ", ",
      e("a", { href: `${frame.root}deliveries` }, "deliveries"),
      ".",
    ),
    e("h2", {}, "The same elsewhere"),
    commandLine("config ls"),
    commandLine("token ls"),
    commandLine("doctor"),
  );
}

function sentence({ about, layers, workers, now }: SettingsData): string {
  const online = workers.filter(({ state }) => state !== "offline").length;
  const values = layers.length === 1 ? "1 value is set" : `${layers.length} values are set`;
  return `Almanac ${about.version} on ${about.database}, running for ${formatDuration(secondsBetween(about.started_at, now))}; ${values}, ${online} of ${workers.length} workers online.`;
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
