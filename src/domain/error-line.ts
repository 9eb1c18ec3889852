/** Escape sequences of terminals: colours, cursor movements, titles (ECMA-48, sections 5.4 and 8.3). */
// oxlint-disable-next-line no-control-regex -- control characters are what is removed
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-_])/gu;
// oxlint-disable-next-line no-control-regex -- as above
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/gu;

/** Words by which programs say that something went wrong. */
const ERROR_WORDS =
  /\b(?:error|errors|fail|fails|failed|failure|failures|fatal|panic|panicked|exception|abort|aborted|assert|assertion|undefined|unresolved|cannot|can't|could not|couldn't|unable|denied|refused|not found|no such|missing|invalid|illegal|segmentation|killed|overflow|timed out|timeout|not ok|core dumped|terminate called|died)\b|✕|✗|^E[: ]|^E\d{3,}/i;

/** `TypeError`, `java.io.IOException`; of lower case, such as the `onerror=` of a page, it is none. */
const ERROR_NAMES = /[A-Za-z](?:Error|Exception)\b/;

/** Words by which programs say that something may be wrong. */
const WARNING_WORDS = /\b(?:warn|warning|warnings|caution|deprecated|deprecation|obsolete)\b|⚠|^W: |^W\d{3,}/i;
const WARNING_NAMES = /[A-Za-z]Warning\b/;

/** Lines that only count them: `2 warnings generated.` */
const WARNING_COUNT = /^\W*(?:\d+|no) warnings?\b|\b(?:0|no) warnings?\b/i;

/** Lines that only count or repeat what was said before them: the summary of a test run, of make, of npm. */
const SUMMARY =
  /\b(?:0|no) (?:errors?|failures?|failed)\b|^make(?:\[\d+\])?: \*\*\*|^make(?:\[\d+\])?: (?:Entering|Leaving)|^npm (?:error|ERR!) (?:A complete log|code |errno |path )/i;

/** Where in the code: frames of JavaScript and Java, Python, Go, Ruby, PHP; and what stands between two exceptions. */
const FRAME =
  /^at .+[:(]|^File ".+", line \d+|\.go:\d+(?: \+0x[0-9a-f]+)?$|^from .+:\d+:in |^#\d+ |^(?:During handling of|The above exception was) .+ exception/i;

/** The longest plain line that is looked at. */
const PLAIN_CHARACTERS = 1_200;

/** A line of a log without colours and control characters, as people read it. */
export function plainLine(line: string): string {
  return shownLine(line).trim().slice(0, PLAIN_CHARACTERS);
}

/** True when a line begins with a space, as people read it. */
export function isIndented(line: string): boolean {
  return /^\s/u.test(shownLine(line));
}

function shownLine(line: string): string {
  // what a carriage return has overwritten was progress
  const shown = line.trimEnd().split("\r").at(-1) ?? "";
  return shown.replaceAll(ESCAPES, "").replaceAll(CONTROLS, "");
}

/** True when a plain line says that something went wrong, and is no summary or frame of what was said before it. */
export function namesError(plain: string): boolean {
  return (ERROR_WORDS.test(plain) || ERROR_NAMES.test(plain)) && !SUMMARY.test(plain) && !FRAME.test(plain);
}

/** True when a plain line says that something may be wrong, and does not only count what was said before it. */
export function namesWarning(plain: string): boolean {
  return (WARNING_WORDS.test(plain) || WARNING_NAMES.test(plain)) && !WARNING_COUNT.test(plain);
}
