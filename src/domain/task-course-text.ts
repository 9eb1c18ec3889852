/** By how much longer, for people: `+12 %`, `-3 %`, `0 %`. */
export function growthText(growth: number): string {
  const percent = Math.round(growth * 100);
  return `${percent > 0 ? "+" : ""}${percent === 0 ? 0 : percent} %`;
}

/** Runs a day for people: `240`, `3.4`, `0.1`. */
export function perDayText(runs: number): string {
  return runs >= 9.95 ? String(Math.round(runs)) : String(Number(runs.toPrecision(runs < 0.95 ? 1 : 2)));
}
