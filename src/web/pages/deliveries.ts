import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import { DELIVERY_STATES, type Delivery, type DeliveryState } from "../../domain/reaction.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { choices, type Choice } from "../parts/choices.ts";
import { automationPages } from "../parts/automation.ts";
import { deliveryTable } from "../parts/delivery-table.ts";
import { commandLine, guideLink, queryText, requestLink } from "../parts/links.ts";
import { pager } from "../parts/pager.ts";
import { ageText } from "../parts/time.ts";
import { isAnswer, outcomePart, triesPart, type TriesData } from "./deliveries-tried.ts";

/** Which deliveries are asked for; the names are those of the API and of the address. */
export type DeliveryQuery = { state?: DeliveryState | undefined; work_request_id?: number | undefined };

/** What the page of deliveries shows. */
export type DeliveriesData = {
  now: Timestamp;
  lastEventId: number;
  query: DeliveryQuery;
  /** The place in the list, as it was in the address; undefined on the first page. */
  cursor: string | undefined;
  deliveries: readonly Delivery[];
  next_cursor: string | null;
  /** Seconds that what ended is remembered; null: for ever. */
  keptFor: number | null;
  /** What whoever may send a test chooses from, and what came of one; absent for all others. */
  tries?: TriesData | undefined;
};

/** Whom was told what of requests and findings, and what could not be told. */
export function deliveriesPage(frame: Frame, data: DeliveriesData): string {
  const { root } = frame;
  const { now, query, deliveries } = data;
  const { state, work_request_id } = query;
  const live = { topics: "requests,findings", after: data.lastEventId };
  return renderPage(
    frame,
    // what came of a test stays until it has been read
    { title: "Deliveries", place: "deliveries", ...(!isAnswer(data.tries) && { live }) },
    automationPages(frame, "deliveries"),
    ...(data.tries === undefined ? [] : outcomePart(data.tries)),
    e("p", { class: "lead" }, ...sentence(root, data)),
    states(root, query),
    deliveries.length === 0 ? emptyText(root, query) : deliveryTable(frame, deliveries, now),
    pager({
      from: data.cursor,
      next: data.next_cursor,
      address: (cursor) => `${root}deliveries${queryText({ ...query, cursor })}`,
    }),
    e(
      "p",
      { class: "quiet" },
      `Of webhooks only the host is shown, since their path may be a secret, and a mark, by which two of one host are told apart. What ended is remembered ${data.keptFor === null ? "" : "for "}${ageText(data.keptFor)}.`,
    ),
    ...(data.tries === undefined ? [] : triesPart(frame, data.tries)),
    e("h2", {}, "The same elsewhere"),
    commandLine(`deliveries${state === undefined ? "" : ` --state ${state}`}`),
    e(
      "p",
      {},
      e("a", { href: `${root}api/v1/deliveries${queryText({ state, work_request_id })}` }, "As JSON"),
      " from the API.",
    ),
  );
}

function sentence(root: string, { deliveries, next_cursor, query, cursor }: DeliveriesData): (VNode | string)[] {
  const of = query.work_request_id;
  const about = of === undefined ? [] : [" of ", requestLink(root, of)];
  if (deliveries.length === 0) return ["Nobody was told anything", ...about, "."];
  const counts = DELIVERY_STATES.map((state) => ({
    state,
    count: deliveries.filter((delivery) => delivery.state === state).length,
  }));
  const shown = counts.filter(({ count }) => count > 0).map(({ state, count }) => `${count} ${state}`);
  const isPart = next_cursor !== null || cursor !== undefined;
  const all = deliveries.length === 1 ? "1 delivery" : `${deliveries.length} deliveries`;
  return [`${all}${isPart ? " shown" : ""}`, ...about, `: ${shown.join(", ")}.`];
}

function states(root: string, query: DeliveryQuery): VNode {
  const choice = (word: string, state: DeliveryState | undefined): Choice => ({
    word,
    href: `${root}deliveries${queryText({ ...query, state })}`,
    isChosen: query.state === state,
  });
  return choices([choice("all", undefined), ...DELIVERY_STATES.map((state) => choice(state, state))]);
}

function emptyText(root: string, { state, work_request_id }: DeliveryQuery): VNode {
  if (state !== undefined || work_request_id !== undefined) return e("p", { class: "quiet" }, "None matches.");
  return e(
    "div",
    {},
    e(
      "p",
      {},
      "Reactions tell people and programs what became of requests. This page will show each of them.",
      guideLink(root, "guide/failures#tell-somebody", "Tell somebody"),
      " One for a task:",
    ),
    commandLine("config set on_regression=mailto:team@example.org --task build"),
  );
}
