import { match } from "node:assert/strict";
import { test } from "node:test";
import { work } from "../../work.mjs";

test("email does its work", () => match(work(10), /^[0-9a-f]{64}$/));
