import { match } from "node:assert/strict";
import { test } from "node:test";
import { work } from "../../work.mjs";

test("catalog does its work", () => match(work(14), /^[0-9a-f]{64}$/));
