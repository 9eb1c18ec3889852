/*
 * The advisory locks of this program, as arguments of PostgreSQL's lock functions. The first number says whose
 * they are ("Alma"), the second what for; schemas of one database have each their own.
 */

const OURS = 0x416c6d61;

function lock(name: string): string {
  return `${OURS}, hashtext('${name} ' || current_schema())`;
}

/** Held while the schema is brought up to date. */
export const MIGRATION_LOCK = lock("migrate");
/** Held from appending events until they are committed. */
export const EVENT_LOCK = lock("events");
/** Held from reading the estimator's states, to change them, until that is committed. */
export const LEARN_LOCK = lock("learn");
/** Held by the session of the one server that plans. */
export const LEADER_LOCK = lock("lead");
