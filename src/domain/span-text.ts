/** A range of time in one unit where that can be: `8–13m`, `40–90s`, `1.5–3h`; one figure where both ends read alike. */
export function formatSpan(lowSeconds: number, highSeconds: number, rangeSign = "–"): string {
  const [low, high] = [Math.max(0, lowSeconds), Math.max(0, highSeconds)];
  const unit = UNITS.find(({ from }) => high >= from) ?? SECONDS;
  const [from, to] = [figure(low / unit.seconds), figure(high / unit.seconds)];
  return from === to ? `${to}${unit.name}` : `${from}${rangeSign}${to}${unit.name}`;
}

const SECONDS = { name: "s", seconds: 1, from: 0 };
/** A unit is used from twice its size, so that a range of one to two of them keeps its difference. */
const UNITS = [
  { name: "d", seconds: 86_400, from: 2 * 86_400 },
  { name: "h", seconds: 3600, from: 2 * 3600 },
  { name: "m", seconds: 60, from: 2 * 60 },
  SECONDS,
];

function figure(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}
