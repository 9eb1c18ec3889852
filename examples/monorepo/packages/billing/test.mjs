import { match } from "node:assert/strict";
import { test } from "node:test";
import { work } from "../../work.mjs";

test("billing does its work", () => match(work(18), /^[0-9a-f]{64}$/));
