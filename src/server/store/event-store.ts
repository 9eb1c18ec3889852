import type { Event } from "../../domain/event.ts";
import type { WorkRequestId } from "../../domain/ids.ts";

/** What can be read of events; a part of the store. */
export type EventReader = {
  /** Events after an id, oldest first; of one request if given. */
  events(after: number, limit: number, workRequestId?: WorkRequestId): Promise<Event[]>;
  /** The id of the newest event; 0 if there is none. */
  lastEventId(): Promise<number>;
  /** Events that belong to no request, newest first. */
  newestServerEvents(limit: number): Promise<Event[]>;
};

/** What a transaction can do to events. */
export type EventWriter = {
  /** Appends to the record; the listeners of `onEvents` hear of it once the transaction is committed. */
  appendEvents(events: readonly Omit<Event, "id" | "at">[]): Promise<void>;
  trimEvents(keepNewest: number): Promise<void>;
};
