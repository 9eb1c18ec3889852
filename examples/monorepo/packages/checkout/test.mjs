import { match } from "node:assert/strict";
import { test } from "node:test";
import { work } from "../../work.mjs";

test("checkout does its work", () => match(work(12), /^[0-9a-f]{64}$/));
