import { match } from "node:assert/strict";
import { test } from "node:test";
import { work } from "../../work.mjs";

test("icons does its work", () => match(work(1), /^[0-9a-f]{64}$/));
