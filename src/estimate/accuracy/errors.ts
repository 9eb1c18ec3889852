/** How many runs had an error of which size: by bucket. At most 122 of them, however many runs. */
export type ErrorCounts = Record<string, number>;

/** Errors are told apart by a tenth, from a thousandth up to a hundredfold. */
const BUCKET = Math.log(1.1);
const LEAST_ERROR = 0.001;
const MOST_ERROR = 100;

/** One run with this error, in parts of what it is compared with. */
export function countedError(error: number): ErrorCounts {
  return { [bucketOf(error)]: 1 };
}

/** The error that this share of the runs does not exceed, to within a twentieth of itself; null where there are none. */
export function errorAt(counts: ErrorCounts, share: number): number | null {
  const buckets = Object.entries(counts)
    .map(([bucket, runs]) => ({ bucket: Number(bucket), runs }))
    .sort((a, b) => a.bucket - b.bucket);
  const wanted = share * buckets.reduce((sum, { runs }) => sum + runs, 0);
  let passed = 0;
  for (const { bucket, runs } of buckets) {
    passed += runs;
    if (passed >= wanted) return middleOf(bucket);
  }
  return null;
}

function bucketOf(error: number): number {
  return Math.round(Math.log(Math.min(MOST_ERROR, Math.max(LEAST_ERROR, error))) / BUCKET);
}

/** Below the smallest bucket, errors count as none. */
function middleOf(bucket: number): number {
  return bucket <= bucketOf(0) ? 0 : Math.exp(bucket * BUCKET);
}
