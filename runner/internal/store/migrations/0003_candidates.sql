-- What a tick looks at: the leads that came in since some instant, and the
-- callbacks that are due.

CREATE INDEX "lead_created" ON "lead" ("created_at", "id");
CREATE INDEX "call_callback" ON "call" ("due_at", "id") WHERE "state" = 'planned' AND "kind" = 'callback';
