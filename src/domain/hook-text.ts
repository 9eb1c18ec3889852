import type { HookTrial } from "./hook.ts";

/** A condition of a hook that a call does not meet: `ref is "x", and must match refs/heads/main`. */
export function unmetText({ path, pattern, found }: HookTrial["unmet"][number]): string {
  return `${path} is ${found ?? "not there"}, and must match ${pattern}`;
}
