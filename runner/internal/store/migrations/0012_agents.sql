-- How much each agent has to do, now and on a day, is counted at every tick
-- that has something to hand out: from indexes alone.

CREATE INDEX "call_agent" ON "call" ("agent") WHERE "state" IN ('injected', 'in_progress') AND "agent" <> '';
DROP INDEX "call_begin";
CREATE INDEX "call_begin" ON "call" ("not_before", "state", "agent") WHERE "not_before" IS NOT NULL;
