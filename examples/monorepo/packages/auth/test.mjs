import { match } from "node:assert/strict";
import { test } from "node:test";
import { work } from "../../work.mjs";

test("auth does its work", () => match(work(24), /^[0-9a-f]{64}$/));
