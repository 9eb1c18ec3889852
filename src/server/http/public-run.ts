import type { Run } from "../../domain/run.ts";
import type { LeasedRun } from "../store/store.ts";

/** A run without its lease: the lease's token is the worker's secret. */
export function publicRun(run: LeasedRun): Run {
  const { lease_token: _token, lease_expires_at: _expiry, ...rest } = run;
  return rest;
}
