-- What is handed over to others: contacts to the agents of another team, and
-- recordings to the transcribers.

CREATE TABLE "transfer" (
	"id" {{.Text}} NOT NULL PRIMARY KEY,
	"lead_id" {{.Text}} NOT NULL,
	"contact_id" {{.Text}} NOT NULL,
	"rule" {{.Text}} NOT NULL,
	"status" {{.Text}} NOT NULL,
	"state" {{.Text}} NOT NULL,
	"agent" {{.Text}} NOT NULL,
	"candidates" {{.JSON}} NOT NULL,
	"at" {{.Integer}} NOT NULL,
	"settled_at" {{.Integer}},
	"version" {{.Text}} NOT NULL
) {{.Strict}};
CREATE INDEX "transfer_open" ON "transfer" ("at", "id") WHERE "state" IN ('pending', 'sending');
CREATE INDEX "transfer_lead" ON "transfer" ("lead_id", "at", "id");
CREATE INDEX "transfer_rule" ON "transfer" ("rule", "agent") WHERE "agent" <> '';
CREATE INDEX "dialer_contact_load" ON "dialer_contact" ("campaign_id", "assigned_agent");

CREATE TABLE "retry_date" (
	"contact_id" {{.Text}} NOT NULL PRIMARY KEY,
	"call_id" {{.Text}} NOT NULL,
	"at" {{.Integer}} NOT NULL,
	"told" {{.Integer}} NOT NULL
) {{.Strict}};
CREATE INDEX "retry_date_open" ON "retry_date" ("contact_id") WHERE "told" = 0;

CREATE TABLE "transcript" (
	"call_id" {{.Text}} NOT NULL PRIMARY KEY,
	"state" {{.Text}} NOT NULL,
	"at" {{.Integer}} NOT NULL,
	"tries" {{.Integer}} NOT NULL,
	"sent_at" {{.Integer}}
) {{.Strict}};
CREATE INDEX "transcript_open" ON "transcript" ("at", "call_id") WHERE "state" IN ('pending', 'sending');
CREATE INDEX "record_at" ON "record" ("at", "id") WHERE "latest" = 1;
