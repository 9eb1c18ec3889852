/**
 * Bytes and durations, read and written the same way everywhere.
 * Byte suffixes are binary (`K` = 1024), as in GNU coreutils and Kubernetes' `Ki`.
 */

const BYTE_FACTORS: Record<string, number> = {
  "": 1,
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
  p: 1024 ** 5,
};

const SECOND_FACTORS: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Bytes meant by `4G`, `512 MiB`, `1.5t` or `4096`; undefined when the text is none of these. */
export function parseBytes(text: string): number | undefined {
  const match = /^\s*(\d{1,18}(?:\.\d{1,9})?)\s*([kmgtp]?)(?:i?b)?\s*$/i.exec(text);
  if (match === null) return undefined;
  const factor = BYTE_FACTORS[match[2]!.toLowerCase()]!; // the expression allows these letters only
  const bytes = Math.round(Number(match[1]) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Seconds meant by `90`, `90s`, `1h30m`, `1.5h` or `2d 4h`; undefined when the text is none of these. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d{1,12}(\.\d{1,9})?$/.test(trimmed)) return Number(trimmed);
  if (!/^(\d{1,12}(\.\d{1,9})?\s*(ms|[smhdw])\s*)+$/i.test(trimmed)) return undefined;
  let seconds = 0;
  for (const part of trimmed.matchAll(/([\d.]+)\s*(ms|[smhdw])/gi)) {
    seconds += Number(part[1]) * SECOND_FACTORS[part[2]!.toLowerCase()]!; // as above
  }
  return seconds;
}

/** `1536` → `1.5K`, `8589934592` → `8.0G`: at most five characters below 1000 P. */
export function formatBytes(bytes: number): string {
  const suffixes = ["B", "K", "M", "G", "T", "P"];
  let value = bytes;
  let index = 0;
  // 999.5 would round to 1000: change the suffix before that
  while (Math.abs(value) >= 999.5 && index < suffixes.length - 1) {
    value /= 1024;
    index += 1;
  }
  const digits = index === 0 || Math.abs(value) >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)}${suffixes[index]}`;
}

/** Seconds for people: `0.42s`, `7.1s`, `45s`, `2m11s`, `1h05m`, `3d04h`. */
export function formatDuration(seconds: number): string {
  if (seconds === 0) return "0s";
  if (seconds < 0) return `-${formatDuration(-seconds)}`;
  if (seconds < 0.9995) return seconds < 0.0995 ? `${Math.round(seconds * 1000)}ms` : `${seconds.toFixed(2)}s`;
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${pad(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h${pad(Math.floor((whole % 3600) / 60))}m`;
  return `${Math.floor(whole / 86_400)}d${pad(Math.floor((whole % 86_400) / 3600))}h`;
}

/** Cores for people: `4`, `0.5`, `7.4`; `0.03`, so that little is not nothing. */
export function formatCores(cores: number): string {
  if (cores > 0 && cores < 0.095) return String(Number(cores.toPrecision(1)));
  return String(Math.round(cores * 10) / 10);
}

/** A share from 0 to 1 for people, never below 0: `0 %`, `0.4 %`, `12 %`. */
export function formatShare(share: number): string {
  const value = share * 100;
  return `${value >= 9.95 || value === 0 ? Math.round(value) : value.toFixed(1)} %`;
}

/** By how much something became more or less: `+46 %`, `−8 %`. */
export function formatSignedShare(share: number): string {
  return share < 0 ? `−${formatShare(-share)}` : `+${formatShare(share)}`;
}

/** A count for people: `1,000,000`. */
export function wholeNumber(count: number): string {
  return String(Math.round(count)).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
