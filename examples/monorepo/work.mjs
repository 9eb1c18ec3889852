import { createHash } from "node:crypto";

/** Keeps one core busy for about so many tenths of a second on an ordinary machine. */
export function work(tenths) {
  let digest = "";
  for (let round = 0; round < tenths * 60_000; round += 1) digest = createHash("sha256").update(digest).digest("hex");
  return digest;
}
