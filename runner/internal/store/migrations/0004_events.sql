-- What came in from outside: messages that could not be used, and the ids of
-- those that must be applied only once.

CREATE TABLE "event" (
	"id" {{.Text}} NOT NULL PRIMARY KEY,
	"source" {{.Text}} NOT NULL,
	"received_at" {{.Integer}} NOT NULL,
	"state" {{.Text}} NOT NULL,
	"reason" {{.Text}} NOT NULL,
	"detail" {{.Text}} NOT NULL,
	"phone" {{.Text}} NOT NULL,
	"lead_id" {{.Text}} NOT NULL,
	"body" {{.Text}} NOT NULL
) {{.Strict}};
CREATE INDEX "event_state" ON "event" ("state", "id");
CREATE INDEX "event_received" ON "event" ("received_at");
CREATE INDEX "event_phone" ON "event" ("phone") WHERE "phone" <> '';
CREATE INDEX "event_lead" ON "event" ("lead_id") WHERE "lead_id" <> '';
