import { styleText } from "node:util";
import type { Environment, Surface } from "./surface.ts";

/** What `--color` takes. */
export type ColourChoice = "auto" | "always" | "never";

/** What a colour stands for; never the only sign of it (`docs` of the pages: every state has a glyph and a word). */
export type Style = "passed" | "failed" | "running" | "waiting" | "change" | "warning" | "dim" | "strong";

const FORMATS = {
  passed: "green",
  failed: "red",
  running: "blue",
  waiting: "gray",
  change: "magenta",
  warning: "yellow",
  dim: "dim",
  strong: "bold",
} as const satisfies Record<Style, string>;

/**
 * Whether to colour. The flag beats the environment; a non-empty `NO_COLOR` beats `FORCE_COLOR` and `CLICOLOR_FORCE`
 * (https://no-color.org, https://bixense.com/clicolors), and these beat `TERM=dumb` and a stream that is no terminal.
 */
export function hasColour(choice: ColourChoice, env: Environment, isTty: boolean): boolean {
  if (choice !== "auto") return choice === "always";
  if (isSet(env["NO_COLOR"])) return false;
  if (isOn(env["FORCE_COLOR"]) || isOn(env["CLICOLOR_FORCE"])) return true;
  return isTty && env["TERM"] !== "dumb";
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

/** `FORCE_COLOR=0` and `=false` ask for nothing, as in Node. */
function isOn(value: string | undefined): boolean {
  return isSet(value) && value !== "0" && value !== "false";
}

/** The text in the colour of what it means, where the surface has colours. */
export function paint(surface: Pick<Surface, "hasColour">, style: Style, text: string): string {
  // whether to colour is decided once, in hasColour: not again from the stream and the environment
  return surface.hasColour && text !== "" ? styleText(FORMATS[style], text, { validateStream: false }) : text;
}
