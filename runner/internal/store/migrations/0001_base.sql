-- The tables of the call centre. One text for both databases: words in double
-- braces come from the dialect. Instants are milliseconds since 1970 UTC,
-- booleans 0 or 1, lists and maps JSON text; an empty text is '', everything
-- else that is empty is NULL.

CREATE TABLE "lead" (
	"id" {{.Text}} NOT NULL PRIMARY KEY,
	"type" {{.Text}} NOT NULL,
	"segment" {{.Text}} NOT NULL,
	"score" {{.Integer}} NOT NULL,
	"scored_at" {{.Integer}},
	"grade" {{.Text}} NOT NULL,
	"status" {{.Text}} NOT NULL,
	"source" {{.Text}} NOT NULL,
	"created_at" {{.Integer}} NOT NULL,
	"estimated_at" {{.Integer}},
	"estimated_price" {{.Real}},
	"sell_horizon_months" {{.Integer}},
	"role" {{.Text}} NOT NULL,
	"property_type" {{.Text}} NOT NULL,
	"living_area" {{.Real}},
	"rooms" {{.Integer}},
	"postal_code" {{.Text}} NOT NULL,
	"city" {{.Text}} NOT NULL,
	"group" {{.Text}} NOT NULL,
	"media_zone" {{.Integer}},
	"visits" {{.Integer}},
	"callback_at" {{.Integer}},
	"callback_requests" {{.Integer}},
	"tags" {{.JSON}} NOT NULL,
	"attempts" {{.Integer}} NOT NULL,
	"attempts_30d" {{.Integer}} NOT NULL,
	"reached" {{.Integer}} NOT NULL,
	"refusals" {{.Integer}} NOT NULL,
	"callbacks" {{.Integer}} NOT NULL,
	"recycled" {{.Integer}} NOT NULL,
	"in_wallet" {{.Integer}} NOT NULL,
	"has_pending_task" {{.Integer}} NOT NULL,
	"last_call_at" {{.Integer}},
	"last_outcome" {{.Text}} NOT NULL,
	"next_call_at" {{.Integer}},
	"assigned_agent" {{.Text}} NOT NULL,
	"legal_basis" {{.Text}} NOT NULL,
	"consent_at" {{.Integer}},
	"consent_evidence" {{.Text}} NOT NULL,
	"on_bloctel" {{.Integer}},
	"first_name" {{.Text}} NOT NULL,
	"last_name" {{.Text}} NOT NULL,
	"email" {{.Text}} NOT NULL,
	"phone" {{.Text}} NOT NULL,
	"phone_country" {{.Text}} NOT NULL,
	"phone_national" {{.Text}} NOT NULL,
	"language" {{.Text}} NOT NULL,
	"contact_id" {{.Text}} NOT NULL,
	"phone_raw" {{.Text}} NOT NULL,
	"scored_by" {{.Text}} NOT NULL,
	"custom" {{.JSON}} NOT NULL,
	"revision" {{.Integer}} NOT NULL
) {{.Strict}};
CREATE INDEX "lead_contact" ON "lead" ("contact_id");
CREATE INDEX "lead_rank" ON "lead" ("score" DESC, "estimated_at" DESC {{.NullsLast}}, "id")
	WHERE "status" NOT IN ('erased', 'invalid');
CREATE INDEX "lead_segment_rank" ON "lead" ("segment", "score" DESC, "estimated_at" DESC {{.NullsLast}}, "id")
	WHERE "status" NOT IN ('erased', 'invalid');

CREATE TABLE "call" (
	"id" {{.Text}} NOT NULL PRIMARY KEY,
	"lead_id" {{.Text}} NOT NULL,
	"phone" {{.Text}} NOT NULL,
	"kind" {{.Text}} NOT NULL,
	"state" {{.Text}} NOT NULL,
	"due_at" {{.Integer}} NOT NULL,
	"campaign" {{.Text}} NOT NULL,
	"agent" {{.Text}} NOT NULL,
	"agreed_exact_time" {{.Integer}} NOT NULL,
	"run_id" {{.Text}} NOT NULL,
	"group" {{.Text}} NOT NULL,
	"file" {{.Text}} NOT NULL,
	"not_before" {{.Integer}},
	"not_after" {{.Integer}},
	"injected_at" {{.Integer}},
	"recycled_from" {{.Text}} NOT NULL,
	"created_at" {{.Integer}} NOT NULL
) {{.Strict}};
CREATE INDEX "call_lead" ON "call" ("lead_id");
CREATE UNIQUE INDEX "call_planned" ON "call" ("lead_id") WHERE "state" = 'planned';
CREATE UNIQUE INDEX "call_open" ON "call" ("phone") WHERE "state" IN ('injected', 'in_progress');
CREATE INDEX "call_due" ON "call" ("due_at", "id") WHERE "state" = 'planned';
CREATE INDEX "call_run" ON "call" ("run_id", "id") WHERE "run_id" <> '';

CREATE TABLE "run" (
	"id" {{.Text}} NOT NULL PRIMARY KEY,
	"campaign" {{.Text}} NOT NULL,
	"slot" {{.Text}} NOT NULL,
	"group" {{.Text}} NOT NULL,
	"slot_start" {{.Integer}} NOT NULL,
	"slot_end" {{.Integer}} NOT NULL,
	"state" {{.Text}} NOT NULL,
	"started_at" {{.Integer}} NOT NULL,
	"stopped_at" {{.Integer}},
	"versions" {{.JSON}} NOT NULL,
	"files" {{.Integer}} NOT NULL,
	"slot_key" {{.Text}} NOT NULL
) {{.Strict}};
CREATE INDEX "run_slot" ON "run" ("slot_key", "id");
CREATE INDEX "run_open" ON "run" ("id") WHERE "state" = 'running';

CREATE TABLE "decision" (
	"slot_key" {{.Text}} NOT NULL,
	"lead_id" {{.Text}} NOT NULL,
	"call_id" {{.Text}} NOT NULL,
	"group" {{.Text}} NOT NULL,
	"injected" {{.Integer}} NOT NULL,
	"reason" {{.Text}} NOT NULL,
	"detail" {{.Text}} NOT NULL,
	"unknown" {{.Integer}} NOT NULL,
	"score" {{.Integer}} NOT NULL,
	"rank" {{.Integer}} NOT NULL,
	"version" {{.Text}} NOT NULL,
	"at" {{.Integer}} NOT NULL,
	PRIMARY KEY ("slot_key", "lead_id")
) {{.Strict}};
CREATE INDEX "decision_lead" ON "decision" ("lead_id", "at" DESC, "slot_key");

CREATE TABLE "funnel" (
	"slot_key" {{.Text}} NOT NULL PRIMARY KEY,
	"at" {{.Integer}} NOT NULL,
	"steps" {{.JSON}} NOT NULL
) {{.Strict}};

CREATE TABLE "file" (
	"name" {{.Text}} NOT NULL PRIMARY KEY,
	"kind" {{.Text}} NOT NULL,
	"state" {{.Text}} NOT NULL,
	"run_id" {{.Text}} NOT NULL,
	"slot_key" {{.Text}} NOT NULL,
	"campaign" {{.Text}} NOT NULL,
	"dialer" {{.Text}} NOT NULL,
	"mode" {{.Integer}} NOT NULL,
	"encoding" {{.Text}} NOT NULL,
	"line_end" {{.Text}} NOT NULL,
	"header" {{.Text}} NOT NULL,
	"has_head" {{.Integer}} NOT NULL,
	"sha256" {{.Text}} NOT NULL,
	"bytes" {{.Integer}} NOT NULL,
	"version" {{.Text}} NOT NULL,
	"at" {{.Integer}} NOT NULL,
	"published_at" {{.Integer}}
) {{.Strict}};
CREATE INDEX "file_claimed" ON "file" ("at", "name") WHERE "state" = 'claimed';
CREATE INDEX "file_slot" ON "file" ("slot_key", "at", "name");

CREATE TABLE "file_line" (
	"file" {{.Text}} NOT NULL,
	"place" {{.Integer}} NOT NULL,
	"slot_key" {{.Text}} NOT NULL,
	"call_id" {{.Text}} NOT NULL,
	"lead_id" {{.Text}} NOT NULL,
	"text" {{.Text}} NOT NULL,
	PRIMARY KEY ("file", "place")
) {{.Strict}};
CREATE UNIQUE INDEX "file_line_once" ON "file_line" ("slot_key", "lead_id");

CREATE TABLE "agent" (
	"username" {{.Text}} NOT NULL PRIMARY KEY,
	"name" {{.Text}} NOT NULL,
	"active" {{.Integer}} NOT NULL,
	"teams" {{.JSON}} NOT NULL,
	"weight" {{.Real}} NOT NULL,
	"daily_capacity" {{.Integer}},
	"last_assigned_at" {{.Integer}}
) {{.Strict}};

CREATE TABLE "wallet" (
	"contact_id" {{.Text}} NOT NULL PRIMARY KEY,
	"agent" {{.Text}} NOT NULL,
	"since" {{.Integer}},
	"until" {{.Integer}},
	"valid" {{.Integer}} NOT NULL
) {{.Strict}};

CREATE TABLE "task" (
	"id" {{.Text}} NOT NULL PRIMARY KEY,
	"contact_id" {{.Text}} NOT NULL,
	"lead_id" {{.Text}} NOT NULL,
	"agent" {{.Text}} NOT NULL,
	"kind" {{.Text}} NOT NULL,
	"state" {{.Text}} NOT NULL,
	"due_at" {{.Integer}},
	"origin" {{.Text}} NOT NULL
) {{.Strict}};
CREATE INDEX "task_pending" ON "task" ("contact_id") WHERE "state" = 'pending';

-- One row that the writers of leads share and the writers of wallets and tasks
-- take alone, so that a lead and a wallet that arrive together see each other.
CREATE TABLE "contact_gate" ("id" {{.Integer}} NOT NULL PRIMARY KEY) {{.Strict}};
INSERT INTO "contact_gate" VALUES (1);

CREATE TABLE "dialer_contact" (
	"id" {{.Text}} NOT NULL,
	"campaign_id" {{.Text}} NOT NULL,
	"phone" {{.Text}} NOT NULL,
	"phone_raw" {{.Text}} NOT NULL,
	"retry_date" {{.Integer}},
	"last_call_at" {{.Integer}},
	"assigned_agent" {{.Text}} NOT NULL,
	"wrapup" {{.Text}} NOT NULL,
	"total_calls" {{.Integer}} NOT NULL,
	"lead_id" {{.Text}} NOT NULL,
	PRIMARY KEY ("id")
) {{.Strict}};
CREATE INDEX "dialer_contact_campaign" ON "dialer_contact" ("campaign_id", "phone");

CREATE TABLE "rule_book" (
	"version" {{.Text}} NOT NULL PRIMARY KEY,
	"files" {{.JSON}} NOT NULL,
	"at" {{.Integer}} NOT NULL
) {{.Strict}};

CREATE TABLE "rule_change" (
	"id" {{.Serial}},
	"at" {{.Integer}} NOT NULL,
	"version" {{.Text}} NOT NULL,
	"faults" {{.Text}} NOT NULL
) {{.Strict}};
