import type { ComponentChildren, VNode } from "preact";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { typedCommand, type CommandPart } from "./typed-command.ts";

/** What is wrong with one field, or with the whole (`field` is empty then). */
export type WrongField = { field: string; message: string };

/** A form as it was sent: what was typed, so that nothing has to be typed again, and what is wrong with it. */
export type SentForm = { typed: Readonly<Record<string, unknown>>; wrong: readonly WrongField[] };

type Control = { name: string; word: string; hint?: string };
/** What each control takes, to be known by its label and by what is wrong with it. */
type Known = { id: string; name: string; "aria-invalid": "true" | undefined; "aria-describedby": string | undefined };

/** The controls of a form, each with what was typed and with what is wrong beside it; `usual`: what stands there before. */
export function controlsOf(sent: SentForm | undefined, usual: Readonly<Record<string, string>>) {
  const valueOf = (name: string): string => {
    const typed = sent === undefined ? usual[name] : sent.typed[name];
    return typeof typed === "string" ? typed : "";
  };
  const control = ({ name, word, hint }: Control, make: (known: Known) => VNode): VNode => {
    const wrong = sent?.wrong.filter(({ field }) => field === name) ?? [];
    const id = `field-${name}`;
    const isWrong = wrong.length > 0;
    const known: Known = {
      id,
      name,
      "aria-invalid": isWrong ? "true" : undefined,
      "aria-describedby": isWrong ? `${id}-wrong` : undefined,
    };
    return e(
      "div",
      {},
      e("label", { for: id }, word, hint === undefined ? null : e("span", { class: "quiet" }, ` ${hint}`)),
      make(known),
      isWrong
        ? e("div", { id: `${id}-wrong`, class: "wrong" }, ...wrong.map(({ message }) => e("p", {}, message)))
        : null,
    );
  };
  return {
    text: (what: Control, more: { required?: boolean; maxLength?: number } = {}) =>
      control(what, (known) => e("input", { ...known, ...more, value: valueOf(what.name) })),
    choice: (what: Control, options: Readonly<Record<string, string>>) =>
      control(what, (known) =>
        e(
          "select",
          { ...known },
          ...Object.entries(options).map(([value, word]) =>
            e("option", { value, selected: value === valueOf(what.name) }, word),
          ),
        ),
      ),
    lines: (what: Control, rows: number, required = false) =>
      control(what, (known) =>
        e("textarea", { ...known, rows, spellcheck: false, required, value: valueOf(what.name) }),
      ),
  };
}

type RecordFormParts = {
  to: string;
  /** The command that does the same, and what stands in the fields that are part of it. */
  command: readonly CommandPart[];
  values: Readonly<Record<string, unknown>>;
  sent: SentForm | undefined;
};

/** A form that makes or changes one thing, with the command that does the same; it names what is wrong with the whole. */
export function recordForm(
  { root, person }: Frame,
  { to, command, values, sent }: RecordFormParts,
  ...content: ComponentChildren[]
): VNode {
  const wrong = sent?.wrong ?? [];
  const whole = wrong.filter(({ field }) => field === "");
  return e(
    "form",
    { method: "post", action: `${root}${to}`, class: "record" },
    wrong.length === 0
      ? null
      : e(
          "div",
          { class: "card", role: "alert" },
          e("p", {}, "Nothing was changed: what is wrong stands beside it."),
          ...whole.map(({ message }) => e("p", {}, message)),
        ),
    e("input", { type: "hidden", name: "form_token", value: person?.form_token ?? "" }),
    ...content,
    e("p", {}, typedCommand(command, values)),
  );
}
