import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** What webhooks are signed with: the one given, else that of the home, made when there is none. */
export function webhookSecret(file: string, given: string | undefined): string {
  if (given !== undefined && given !== "") return given;
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  const made = `whsec_${randomBytes(32).toString("base64")}`;
  writeFileSync(file, `${made}\n`, { mode: 0o600 });
  return made;
}
