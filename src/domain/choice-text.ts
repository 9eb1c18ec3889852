import type { ChoiceAccuracy } from "./accuracy.ts";
import { formatDuration, formatShare, wholeNumber } from "./units.ts";

/**
 * What the choice of workers was to save and saved, as sentences: `812 of 1,400 runs with more than one worker to choose from
 * …. The choice was to save 3.0 % of their time (2h10m), and saved 2.0 % (1h27m), give or take 0.8 % by chance.`
 */
export function choiceText({ runs, unlike, seconds, predicted, realised, give_or_take }: ChoiceAccuracy): string {
  const of = runs === 1 ? "1 run" : `${wholeNumber(runs)} runs`;
  if (predicted === null || realised === null || give_or_take === null)
    return `${of} had more than one worker to choose from, none of them known to be faster than another: no time was to be saved.`;
  const part = (share: number) => `${formatShare(Math.abs(share))} (${formatDuration(Math.abs(share) * seconds)})`;
  const expected = isNothing(predicted)
    ? "save nothing"
    : `${predicted < 0 ? "cost" : "save"} ${part(predicted)} of their time`;
  const found = isNothing(realised) ? "saved nothing" : `${realised < 0 ? "cost" : "saved"} ${part(realised)}`;
  const between =
    unlike === runs
      ? `${of} had faster and slower workers to choose from`
      : `${wholeNumber(unlike)} of ${of} with more than one worker to choose from had faster and slower ones`;
  return `${between}. The choice was to ${expected}, and ${found}, give or take ${formatShare(give_or_take)} by chance.`;
}

/** Less than a thousandth, in either direction. */
export function isNothing(share: number): boolean {
  return Math.abs(share) < 0.001;
}
