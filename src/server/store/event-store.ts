import type { Act, ActFilter } from "../../domain/act.ts";
import type { Event } from "../../domain/event.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { Page, PageQuery } from "./store.ts";

/** What can be read of events; a part of the store. */
export type EventReader = {
  /** Events after an id, oldest first; of one request if given. */
  events(after: number, limit: number, workRequestId?: WorkRequestId): Promise<Event[]>;
  /** The id of the newest event; 0 if there is none. */
  lastEventId(): Promise<number>;
  /** What people did to the server, newest first. */
  acts(filter: ActFilter, page: PageQuery): Promise<Page<Act>>;
};

/** What a transaction can do to events. */
export type EventWriter = {
  /** Appends to the record; the listeners of `onEvents` hear of it once the transaction is committed. */
  appendEvents(events: readonly Omit<Event, "id" | "at">[]): Promise<void>;
  trimEvents(keepNewest: number): Promise<void>;
};
