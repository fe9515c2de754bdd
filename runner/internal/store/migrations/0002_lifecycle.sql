-- From the stop of a run to the end of each call: what the dialer reported,
-- numbers that must not be called, and who may do what only one may.

ALTER TABLE "call" ADD COLUMN "reason" {{.Text}} NOT NULL DEFAULT '';
ALTER TABLE "agent" ADD COLUMN "absences" {{.JSON}} NOT NULL DEFAULT '[]';

-- One row that counts the files. Who adds files takes their numbers from it and
-- keeps it locked, so that the numbers grow in the order of commits.
CREATE TABLE "file_count" ("last" {{.Integer}} NOT NULL) {{.Strict}};
INSERT INTO "file_count" SELECT COUNT(*) FROM "file";
ALTER TABLE "file" ADD COLUMN "seq" {{.Integer}} NOT NULL DEFAULT 0;
UPDATE "file" SET "seq" = "old"."seq"
	FROM (SELECT "name", ROW_NUMBER() OVER (ORDER BY "at", "name") AS "seq" FROM "file") AS "old"
	WHERE "old"."name" = "file"."name";
CREATE UNIQUE INDEX "file_seq" ON "file" ("seq");
CREATE INDEX "file_unfinished" ON "file" ("seq") WHERE "state" IN ('claimed', 'staged', 'sending');

CREATE INDEX "lead_phone" ON "lead" ("phone");
CREATE INDEX "call_begin" ON "call" ("not_before") WHERE "not_before" IS NOT NULL;
CREATE INDEX "run_begin" ON "run" ("slot_start");
CREATE INDEX "decision_waiting" ON "decision" ("slot_key", "group", "lead_id")
	WHERE "reason" IN ('over_capacity', 'phone_open');

CREATE TABLE "record" (
	"id" {{.Text}} NOT NULL,
	"revision" {{.Integer}} NOT NULL,
	"lead_id" {{.Text}} NOT NULL,
	"call_id" {{.Text}} NOT NULL,
	"phone" {{.Text}} NOT NULL,
	"phone_raw" {{.Text}} NOT NULL,
	"contact_id" {{.Text}} NOT NULL,
	"campaign_id" {{.Text}} NOT NULL,
	"campaign_name" {{.Text}} NOT NULL,
	"agent" {{.Text}} NOT NULL,
	"type" {{.Text}} NOT NULL,
	"result" {{.Text}} NOT NULL,
	"wrapup" {{.Text}} NOT NULL,
	"comment" {{.Text}} NOT NULL,
	"callback_text" {{.Text}} NOT NULL,
	"displayed_number" {{.Text}} NOT NULL,
	"started_at" {{.Integer}},
	"ended_at" {{.Integer}},
	"total_seconds" {{.Integer}},
	"talk_seconds" {{.Integer}},
	"recording_ref" {{.Text}} NOT NULL,
	"recording_opposed" {{.Integer}} NOT NULL,
	"agreed_exact_time" {{.Integer}} NOT NULL,
	"outcome" {{.Text}} NOT NULL,
	"attempt" {{.Integer}} NOT NULL,
	"callback_at" {{.Integer}},
	"callback_reason" {{.Text}} NOT NULL,
	"anomalies" {{.JSON}} NOT NULL,
	"version" {{.Text}} NOT NULL,
	"received_at" {{.Integer}} NOT NULL,
	"hash" {{.Text}} NOT NULL,
	"at" {{.Integer}} NOT NULL,
	"latest" {{.Integer}} NOT NULL,
	PRIMARY KEY ("id", "revision")
) {{.Strict}};
CREATE UNIQUE INDEX "record_latest" ON "record" ("id") WHERE "latest" = 1;
CREATE INDEX "record_lead" ON "record" ("lead_id", "at", "id") WHERE "latest" = 1;
CREATE INDEX "record_phone" ON "record" ("phone", "at") WHERE "latest" = 1;

CREATE TABLE "suppression" (
	"key" {{.Text}} NOT NULL PRIMARY KEY,
	"reason" {{.Text}} NOT NULL,
	"origin" {{.Text}} NOT NULL,
	"from" {{.Integer}} NOT NULL,
	"until" {{.Integer}}
) {{.Strict}};

CREATE TABLE "lease" (
	"name" {{.Text}} NOT NULL PRIMARY KEY,
	"owner" {{.Text}} NOT NULL,
	"fence" {{.Integer}} NOT NULL,
	"until" {{.Integer}} NOT NULL
) {{.Strict}};
