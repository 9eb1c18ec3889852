import type { Page } from "playwright-core";
import { ON_SUSPECT } from "./example-past.ts";
import type { Example } from "./example.ts";

/**
 * A page of the example. Each is held to every gate: axe in both themes and all widths, overflow, console, budgets,
 * requests, links that lead somewhere. One with a `picture` is a main page as well: photographed under that name for the
 * documentation, asked of Lighthouse, and tried on paper.
 */
export type ExamplePage = {
  path: (example: Example) => string;
  picture?: string;
  /** The page is the answer to a form on the one at `path`: what is typed into it, by the labels, and the button pressed; `open`: what it is folded under. */
  sent?: { open?: string; typed: Readonly<Record<string, string>>; press: string; status: number };
};

/** The one that is answered with a fault. */
export const NOT_THERE = "a page that is not there";

/** Every page there is, in every state that looks different. A new page is a line here. */
export const EXAMPLE_PAGES: Readonly<Record<string, ExamplePage>> = {
  overview: { path: () => "/", picture: "overview" },
  requests: { path: () => "/r", picture: "requests" },
  "requests by their end": { path: () => "/r?order=ended&fields=state,task,verdict,ended,note&verdict_kind=flaky" },
  "requests that match nothing": { path: () => "/r?task_name=nothing" },
  "a request that runs": { path: ({ ids }) => `/r/${ids.running}`, picture: "request" },
  "a request that failed": { path: ({ ids }) => `/r/${ids.failed}`, picture: "failure" },
  "a request that passed": { path: ({ ids }) => `/r/${ids.passed}` },
  "a request that ran out of memory": { path: ({ ids }) => `/r/${ids.outOfMemory}` },
  "a request that waits": { path: ({ ids }) => `/r/${ids.tooLarge}`, picture: "waiting" },
  "a request that waits for a person": { path: ({ ids }) => `/r/${ids.manual}` },
  "a request that asks a person": { path: ({ ids }) => `/r/${ids.asked}` },
  "a request with a hostile name": { path: ({ ids }) => `/r/${ids.hostile}` },
  "the log of a run that goes on": { path: ({ ids }) => `/r/${ids.running}/log?times=start` },
  "the log of a run that failed": { path: ({ ids }) => `/r/${ids.failed}/log?at=41&times=start#L41`, picture: "log" },
  "lines found in a log": { path: ({ ids }) => `/r/${ids.failed}/log?only=errors` },
  "a hostile log": { path: ({ ids }) => `/r/${ids.hostile}/log?wrap=1` },
  "the log of a request without a run": { path: ({ ids }) => `/r/${ids.tooLarge}/log` },
  "a request on a suspected worker": { path: () => `/r/${ON_SUSPECT}` },
  "a suspected worker": { path: () => "/workers/builder-2" },
  "a request that needed no run": { path: ({ ids }) => `/r/${ids.skipped}` },
  "a request that is given files": { path: ({ ids }) => `/r/${ids.withInputs}` },
  "a request of which others were told": { path: ({ ids }) => `/r/${ids.regression}` },
  workflows: { path: () => "/wf" },
  "a workflow": { path: ({ ids }) => `/wf/${ids.workflow}`, picture: "workflow" },
  schedules: { path: () => "/schedules", picture: "schedules" },
  "a schedule": { path: () => "/schedules/nightly", picture: "schedule" },
  "a paused schedule": { path: () => "/schedules/quarterly-report" },
  hooks: { path: () => "/hooks" },
  "a hook": { path: () => "/hooks/on-push", picture: "hook" },
  "a hook that nobody calls": { path: () => "/hooks/on-tag" },
  "a hook that is looked at": {
    path: () => "/hooks/on-push",
    sent: {
      open: "Try it, or change it",
      typed: { "A call to look at it with": '{"ref":"refs/heads/main","after":"4f2c","repository":{"name":"shop"}}' },
      press: "Look at what it would do",
      status: 200,
    },
  },
  "a hook that would ignore a call": {
    path: () => "/hooks/on-tag",
    sent: {
      open: "Try it, or change it",
      typed: { "A call to look at it with": '{"ref":"refs/heads/main"}' },
      press: "Look at what it would do",
      status: 200,
    },
  },
  "a hook that cannot be made": {
    path: () => "/hooks",
    sent: {
      open: "Make a hook",
      typed: {
        Name: "a hook",
        "Only if": `ref ${"long".repeat(60)}`,
        "What it submits": "{",
        "Secret of your own": "x",
      },
      press: "Make it",
      status: 400,
    },
  },
  "a schedule that is looked at": {
    path: () => "/schedules/nightly",
    sent: { open: "Change it", typed: { "Due at": "30 6 * * 1-5" }, press: "Look at it first", status: 200 },
  },
  "a schedule that cannot be made": {
    path: () => "/schedules",
    sent: {
      open: "Make a schedule",
      typed: { Name: "a schedule", "Due at": "often", "In the time zone": "Moon", "What it submits": "{" },
      press: "Make it",
      status: 400,
    },
  },
  deliveries: { path: () => "/deliveries", picture: "deliveries" },
  "a test delivery that failed": {
    path: () => "/deliveries",
    sent: {
      typed: { "To https://": `http://127.0.0.1:9/${"long".repeat(60)}` },
      press: "Send a test",
      status: 200,
    },
  },
  "a test delivery to nobody": {
    path: () => "/deliveries",
    sent: { typed: { "To https://": `gopher://${"long".repeat(60)}` }, press: "Send a test", status: 400 },
  },
  "no deliveries": { path: ({ ids }) => `/deliveries?work_request_id=${ids.passed}` },
  regressions: { path: () => "/regressions", picture: "regressions" },
  "no regressions": { path: () => "/regressions?task_name=nothing" },
  "a regression": { path: () => "/regressions/1", picture: "regression" },
  "a history": { path: () => "/history?task_name=build&subject=gcc&context=sid%2Famd64", picture: "history" },
  "a history with more runs than are shown": { path: () => "/history?task_name=build" },
  "a history marked by worker": { path: () => "/history?task_name=build&by=worker" },
  "a history of one worker": {
    path: () => "/history?task_name=build&subject=gcc&context=sid%2Famd64&worker=builder-2&by=worker",
  },
  "a history without runs": { path: () => "/history?task_name=nothing" },
  tasks: { path: () => "/t", picture: "tasks" },
  waste: { path: () => "/waste", picture: "waste" },
  "waste of a quarter": { path: () => "/waste?days=90" },
  "waste by owner": { path: () => "/waste?by=owner" },
  "waste by worker": { path: () => "/waste?by=worker&days=7" },
  accuracy: { path: () => "/accuracy", picture: "accuracy" },
  "accuracy of one task": { path: () => "/accuracy?days=90&task_name=build" },
  "accuracy of nothing": { path: () => "/accuracy?task_name=nothing" },
  settings: { path: () => "/settings" },
  "settings, explained": { path: () => "/settings?task_name=build&subject=gcc", picture: "settings" },
  "a value that is looked at before it is set": {
    path: () => "/settings?field=memory&value=3G&mode=override&task_name=build",
  },
  workers: { path: () => "/workers", picture: "workers" },
  "a worker": { path: () => "/workers/builder-1", picture: "worker" },
  "the log of a worker": { path: () => "/workers/builder-1/log" },
  "the log of a hostile worker": { path: () => "/workers/builder-2/log" },
  "a worker that has said nothing": { path: () => "/workers/arm-1" },
  "the log of a worker that has said nothing": { path: () => "/workers/arm-1/log" },
  submit: { path: () => "/new", picture: "submit" },
  "the guide": { path: () => "/docs" },
  "a text of the guide": { path: () => "/docs/guide/workers" },
  "the longest text of the guide": { path: () => "/docs/glossary" },
  [NOT_THERE]: { path: () => "/nowhere" },
};

/** Opens a page in a browser, by its address and, where it answers a form, by sending that. Gives the status of the answer. */
export async function openPage(page: Page, example: Example, { path, sent }: ExamplePage): Promise<number | undefined> {
  const answer = await page.goto(path(example));
  if (sent === undefined) return answer?.status();
  if (sent.open !== undefined) await page.locator("summary", { hasText: sent.open }).first().click();
  const button = page.getByRole("button", { name: sent.press, exact: true });
  const form = page.locator("form", { has: button });
  for (const [label, text] of Object.entries(sent.typed)) await form.getByLabel(label).fill(text);
  const [answered] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === "POST"),
    button.click(),
  ]);
  await page.waitForLoadState();
  return answered.status();
}

/** What a page is answered with when all is well. */
export function expectedStatus(name: string, { sent }: ExamplePage): number {
  return name === NOT_THERE ? 404 : (sent?.status ?? 200);
}

/** The pages of the documentation: name, the file of its picture, and where it is. */
export const MAIN_PAGES = Object.entries(EXAMPLE_PAGES).flatMap(([name, { path, picture }]) =>
  picture === undefined ? [] : [{ name, path, picture }],
);
