/** The options of `almanac run`. */
export type RunHereOptions = {
  task?: string;
  subject?: string;
  context?: string;
  home?: string;
  json?: boolean;
  /** A file for the report, instead of standard error. */
  output?: string;
};

/** The options of `almanac measure`. */
export type MeasureHereOptions = { json?: boolean; output?: string; repeat?: number; plot?: boolean };
