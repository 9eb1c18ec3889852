/** What can be asked for, reserved and used up. Bytes, bytes, cores, seconds. */
export const RESOURCES = ["memory", "disk_space", "cpu_count", "duration"] as const;
export type Resource = (typeof RESOURCES)[number];

/** An amount for some of the resources. */
export type Amounts = {
  /** Bytes. */
  memory?: number;
  /** Bytes. */
  disk_space?: number;
  /** Cores; fractions of one too. */
  cpu_count?: number;
  /** Seconds. */
  duration?: number;
};

/** What a submitter, a workflow or a task demands. Amounts win over estimates; bounds hold for every lower source. */
export type Requirements = Amounts & {
  /** Never allocate less. */
  min?: Amounts;
  /** Never allocate more. */
  max?: Amounts;
  /** The worker must have all of these. */
  tags?: string[];
};

/** Where an amount came from, highest rank first; `retry` stands above all, when a death raised it. */
export const AMOUNT_SOURCES = ["retry", "override", "request", "workflow", "task", "history", "default"] as const;
export type AmountSource = (typeof AMOUNT_SOURCES)[number];

/** One allocated amount and why it is what it is. */
export type AllocatedAmount = {
  /** In the resource's unit: bytes, bytes, cores, seconds. */
  amount: number;
  /** Who said so; `retry`: a death raised it. */
  source: AmountSource;
  /** For `history`: how it was estimated. */
  evidence?: EstimateEvidence;
  /** A sentence where the amount was bounded or clamped. */
  note?: string;
  /** The lowest maximum that anybody demanded: never given more, not by a retry nor while it runs. */
  max?: number;
  /** What the request, its workflow or its task asked for, where an override had it given something else. */
  asked?: number;
};

/** What a run is given; the scheduler reads nothing else. */
export type Allocation = {
  /** The limit of its memory, bytes. */
  memory: AllocatedAmount;
  /** What its files may take up, bytes. */
  disk_space: AllocatedAmount;
  /** Cores that are kept for it. */
  cpu_count: AllocatedAmount;
  /** How long it may take, seconds. */
  duration: AllocatedAmount;
  /** The worker has all of these. */
  tags: string[];
};

/** How exactly the history matched: the levels of `DESIGN.md` §5, finest first. */
export const ESTIMATE_LEVELS = ["key", "subject", "context", "task", "default"] as const;

/**
 * - `key`: same task, subject and context;
 * - `subject`: same task and subject, any context;
 * - `context`: same task and context, any subject;
 * - `task`: same task;
 * - `default`: no history at all.
 */
export type EstimateLevel = (typeof ESTIMATE_LEVELS)[number];

/** On what an estimate stands. */
export type EstimateEvidence = {
  /** How exactly the history matches. */
  level: EstimateLevel;
  /** How many finished runs it was made from. */
  runs: number;
  /** The name of the rule, as `docs/estimates.md` explains it. */
  method: string;
};

/** What history predicts for one resource, in that resource's unit. */
export type ResourceEstimate = {
  /** Of 100 runs 95 need as much or more. Absent where too few runs are known to say so, and in estimates from before it was kept. */
  p5?: number;
  /** Half of the runs need no more. */
  p50: number;
  /** 95 of 100 runs need no more. */
  p95: number;
  /** The amount to allocate. */
  allocate: number;
  /** What to allocate after a death at the amount before: strictly increasing, at most a few steps. */
  ladder: number[];
  /** On what it stands. */
  evidence: EstimateEvidence;
};

/** What history predicts; a resource is absent where nothing is known. */
export type Estimate = {
  /** Bytes. */
  memory?: ResourceEstimate;
  /** Bytes. */
  disk_space?: ResourceEstimate;
  /** Cores that it keeps busy. */
  cpu_count?: ResourceEstimate;
  /** Seconds. */
  duration?: ResourceEstimate;
};
