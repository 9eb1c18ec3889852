/** A number of at least 0, written with digits and a point only; undefined for anything else. */
export function parseDecimal(text: string): number | undefined {
  return /^\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
}

/** Seconds meant by `[days-][hours:]minutes:seconds[.fraction]`, as Slurm and GNU time write them; else undefined. */
export function parseElapsed(text: string): number | undefined {
  const match = /^(?:(\d{1,6})-)?(?:(\d{1,6}):)?(\d{1,4}):(\d{1,2})(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1, 5).map((part) => Number(part ?? 0));
  const fraction = Number(`0.${match[5] ?? "0"}`);
  // the expression has matched: all four are numbers
  return days! * 86_400 + hours! * 3600 + minutes! * 60 + seconds! + fraction;
}

/** The value of one resource in a list like `cpu=4,mem=8G,node=1`. */
export function trackedResource(list: string | undefined, name: string): string | undefined {
  const pair = list?.split(",").find((part) => part.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}
