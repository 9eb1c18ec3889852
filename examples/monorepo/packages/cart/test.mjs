import { match } from "node:assert/strict";
import { test } from "node:test";
import { work } from "../../work.mjs";

test("cart does its work", () => match(work(16), /^[0-9a-f]{64}$/));
