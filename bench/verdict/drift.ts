import { normal, seededRandom } from "../../src/simulate/random.ts";
import { findChange } from "../../src/verdict/drift.ts";

/** How drift of one size is seen, in series that are looked at after each run. */
export type DriftScore = {
  /** Of the amount, such as 0.2 for 20 % more. 0: stationary. */
  drift: number;
  noise: number;
  series: number;
  runs: number;
  /** Alarms in runs that had not drifted. */
  false_alarms: number;
  /** Of the series, the share in which the drift was seen before the end. */
  found?: number;
  /** Runs until it was seen, at the median. */
  delay_runs?: number;
  /** Of those that were seen, the share whose first run was named within 2 runs. */
  placed?: number;
};

const WINDOW = 200;
const BEFORE = 60;
const AFTER = 60;

/** Stationary series: how often there is an alarm for nothing. */
export function falseAlarms(noise: number, series: number, length: number): DriftScore {
  const random = seededRandom(11);
  let alarms = 0;
  for (let each = 0; each < series; each += 1) {
    let values: number[] = [];
    for (let run = 0; run < length; run += 1) {
      values = [...values, noise * normal(random)].slice(-WINDOW);
      if (findChange(values) === undefined) continue;
      alarms += 1;
      values = [];
    }
  }
  return { drift: 0, noise, series, runs: series * length, false_alarms: alarms };
}

/** Series that drift once, after 60 runs. */
export function driftScore(drift: number, noise: number, series: number): DriftScore {
  const random = seededRandom(12);
  const delays: number[] = [];
  let [alarms, placed, runs] = [0, 0, 0];
  for (let each = 0; each < series; each += 1) {
    const values: number[] = [];
    for (let run = 0; run < BEFORE + AFTER; run += 1) {
      values.push(noise * normal(random) + (run >= BEFORE ? Math.log1p(drift) : 0));
      runs += 1;
      const change = findChange(values);
      if (change === undefined) continue;
      if (run < BEFORE) alarms += 1;
      else {
        delays.push(run - BEFORE + 1);
        if (Math.abs(change.firstIndex - BEFORE) <= 2) placed += 1;
      }
      break;
    }
  }
  delays.sort((a, b) => a - b);
  const middle = delays[delays.length >> 1];
  return {
    drift,
    noise,
    series,
    runs,
    false_alarms: alarms,
    found: delays.length / series,
    ...(middle !== undefined && { delay_runs: middle, placed: placed / delays.length }),
  };
}
