import { plainLine } from "./error-line.ts";

/**
 * How programs begin a part of what they write: GitHub's and Azure's groups, GitLab's sections (whose mark a terminal overwrites),
 * directories of make, steps of makepkg and Homebrew. Not the `---` of Buildkite, with which every patch begins.
 */
const BEGINNING = /^(?:::group::|##\[group\]|==> \S|make(?:\[\d+\])?: Entering directory)/;
// oxlint-disable-next-line no-control-regex -- the mark may stand behind a sequence, which begins with one
const GITLAB_SECTION = /^(?:\u001b\[0K)?section_start:\d+:/;

/** How those of them that say so end it. */
const END = /^(?:::endgroup::|##\[endgroup\]|make(?:\[\d+\])?: Leaving directory)/;
// oxlint-disable-next-line no-control-regex -- as above
const GITLAB_END = /^(?:\u001b\[0K)?section_end:\d+:/;

/** True when a line of a log begins a part of it. */
export function beginsSection(line: string): boolean {
  return GITLAB_SECTION.test(line) || BEGINNING.test(plainLine(line));
}

/** True when a line of a log is the last of a part of it. Parts without such a line end where the next begins. */
export function endsSection(line: string): boolean {
  return GITLAB_END.test(line) || END.test(plainLine(line));
}
