-- Rule books are compared on the leads that have a call planned or under way, by
-- lead: also while most of them are in a slot that runs.

CREATE INDEX "call_outstanding" ON "call" ("lead_id", "id") WHERE "state" IN ('planned', 'injected', 'in_progress');
