import { match } from "node:assert/strict";
import { test } from "node:test";
import { work } from "../../work.mjs";

test("layout does its work", () => match(work(2), /^[0-9a-f]{64}$/));
