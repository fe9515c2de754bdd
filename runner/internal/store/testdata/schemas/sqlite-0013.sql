CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
CREATE TABLE "lead" (
	"id" TEXT NOT NULL PRIMARY KEY,
	"type" TEXT NOT NULL,
	"segment" TEXT NOT NULL,
	"score" INTEGER NOT NULL,
	"scored_at" INTEGER,
	"grade" TEXT NOT NULL,
	"status" TEXT NOT NULL,
	"source" TEXT NOT NULL,
	"created_at" INTEGER NOT NULL,
	"estimated_at" INTEGER,
	"estimated_price" REAL,
	"sell_horizon_months" INTEGER,
	"role" TEXT NOT NULL,
	"property_type" TEXT NOT NULL,
	"living_area" REAL,
	"rooms" INTEGER,
	"postal_code" TEXT NOT NULL,
	"city" TEXT NOT NULL,
	"group" TEXT NOT NULL,
	"media_zone" INTEGER,
	"visits" INTEGER,
	"callback_at" INTEGER,
	"callback_requests" INTEGER,
	"tags" TEXT NOT NULL,
	"attempts" INTEGER NOT NULL,
	"attempts_30d" INTEGER NOT NULL,
	"reached" INTEGER NOT NULL,
	"refusals" INTEGER NOT NULL,
	"callbacks" INTEGER NOT NULL,
	"recycled" INTEGER NOT NULL,
	"in_wallet" INTEGER NOT NULL,
	"has_pending_task" INTEGER NOT NULL,
	"last_call_at" INTEGER,
	"last_outcome" TEXT NOT NULL,
	"next_call_at" INTEGER,
	"assigned_agent" TEXT NOT NULL,
	"legal_basis" TEXT NOT NULL,
	"consent_at" INTEGER,
	"consent_evidence" TEXT NOT NULL,
	"on_bloctel" INTEGER,
	"first_name" TEXT NOT NULL,
	"last_name" TEXT NOT NULL,
	"email" TEXT NOT NULL,
	"phone" TEXT NOT NULL,
	"phone_country" TEXT NOT NULL,
	"phone_national" TEXT NOT NULL,
	"language" TEXT NOT NULL,
	"contact_id" TEXT NOT NULL,
	"phone_raw" TEXT NOT NULL,
	"scored_by" TEXT NOT NULL,
	"custom" TEXT NOT NULL,
	"revision" INTEGER NOT NULL
) STRICT;
CREATE INDEX "lead_contact" ON "lead" ("contact_id");
CREATE INDEX "lead_rank" ON "lead" ("score" DESC, "estimated_at" DESC , "id")
	WHERE "status" NOT IN ('erased', 'invalid');
CREATE INDEX "lead_segment_rank" ON "lead" ("segment", "score" DESC, "estimated_at" DESC , "id")
	WHERE "status" NOT IN ('erased', 'invalid');
CREATE TABLE "call" (
	"id" TEXT NOT NULL PRIMARY KEY,
	"lead_id" TEXT NOT NULL,
	"phone" TEXT NOT NULL,
	"kind" TEXT NOT NULL,
	"state" TEXT NOT NULL,
	"due_at" INTEGER NOT NULL,
	"campaign" TEXT NOT NULL,
	"agent" TEXT NOT NULL,
	"agreed_exact_time" INTEGER NOT NULL,
	"run_id" TEXT NOT NULL,
	"group" TEXT NOT NULL,
	"file" TEXT NOT NULL,
	"not_before" INTEGER,
	"not_after" INTEGER,
	"injected_at" INTEGER,
	"recycled_from" TEXT NOT NULL,
	"created_at" INTEGER NOT NULL
, "reason" TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX "call_lead" ON "call" ("lead_id");
CREATE UNIQUE INDEX "call_planned" ON "call" ("lead_id") WHERE "state" = 'planned';
CREATE UNIQUE INDEX "call_open" ON "call" ("phone") WHERE "state" IN ('injected', 'in_progress');
CREATE INDEX "call_due" ON "call" ("due_at", "id") WHERE "state" = 'planned';
CREATE INDEX "call_run" ON "call" ("run_id", "id") WHERE "run_id" <> '';
CREATE TABLE "run" (
	"id" TEXT NOT NULL PRIMARY KEY,
	"campaign" TEXT NOT NULL,
	"slot" TEXT NOT NULL,
	"group" TEXT NOT NULL,
	"slot_start" INTEGER NOT NULL,
	"slot_end" INTEGER NOT NULL,
	"state" TEXT NOT NULL,
	"started_at" INTEGER NOT NULL,
	"stopped_at" INTEGER,
	"versions" TEXT NOT NULL,
	"files" INTEGER NOT NULL,
	"slot_key" TEXT NOT NULL
) STRICT;
CREATE INDEX "run_slot" ON "run" ("slot_key", "id");
CREATE INDEX "run_open" ON "run" ("id") WHERE "state" = 'running';
CREATE TABLE "decision" (
	"slot_key" TEXT NOT NULL,
	"lead_id" TEXT NOT NULL,
	"call_id" TEXT NOT NULL,
	"group" TEXT NOT NULL,
	"injected" INTEGER NOT NULL,
	"reason" TEXT NOT NULL,
	"detail" TEXT NOT NULL,
	"unknown" INTEGER NOT NULL,
	"score" INTEGER NOT NULL,
	"rank" INTEGER NOT NULL,
	"version" TEXT NOT NULL,
	"at" INTEGER NOT NULL, "id" TEXT NOT NULL DEFAULT '', "facts" TEXT NOT NULL DEFAULT '',
	PRIMARY KEY ("slot_key", "lead_id")
) STRICT;
CREATE INDEX "decision_lead" ON "decision" ("lead_id", "at" DESC, "slot_key");
CREATE TABLE "funnel" (
	"slot_key" TEXT NOT NULL PRIMARY KEY,
	"at" INTEGER NOT NULL,
	"steps" TEXT NOT NULL
) STRICT;
CREATE TABLE "file" (
	"name" TEXT NOT NULL PRIMARY KEY,
	"kind" TEXT NOT NULL,
	"state" TEXT NOT NULL,
	"run_id" TEXT NOT NULL,
	"slot_key" TEXT NOT NULL,
	"campaign" TEXT NOT NULL,
	"dialer" TEXT NOT NULL,
	"mode" INTEGER NOT NULL,
	"encoding" TEXT NOT NULL,
	"line_end" TEXT NOT NULL,
	"header" TEXT NOT NULL,
	"has_head" INTEGER NOT NULL,
	"sha256" TEXT NOT NULL,
	"bytes" INTEGER NOT NULL,
	"version" TEXT NOT NULL,
	"at" INTEGER NOT NULL,
	"published_at" INTEGER
, "seq" INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX "file_claimed" ON "file" ("at", "name") WHERE "state" = 'claimed';
CREATE INDEX "file_slot" ON "file" ("slot_key", "at", "name");
CREATE TABLE "file_line" (
	"file" TEXT NOT NULL,
	"place" INTEGER NOT NULL,
	"slot_key" TEXT NOT NULL,
	"call_id" TEXT NOT NULL,
	"lead_id" TEXT NOT NULL,
	"text" TEXT NOT NULL,
	PRIMARY KEY ("file", "place")
) STRICT;
CREATE UNIQUE INDEX "file_line_once" ON "file_line" ("slot_key", "lead_id");
CREATE TABLE "agent" (
	"username" TEXT NOT NULL PRIMARY KEY,
	"name" TEXT NOT NULL,
	"active" INTEGER NOT NULL,
	"teams" TEXT NOT NULL,
	"weight" REAL NOT NULL,
	"daily_capacity" INTEGER,
	"last_assigned_at" INTEGER
, "absences" TEXT NOT NULL DEFAULT '[]') STRICT;
CREATE TABLE "wallet" (
	"contact_id" TEXT NOT NULL PRIMARY KEY,
	"agent" TEXT NOT NULL,
	"since" INTEGER,
	"until" INTEGER,
	"valid" INTEGER NOT NULL
) STRICT;
CREATE TABLE "task" (
	"id" TEXT NOT NULL PRIMARY KEY,
	"contact_id" TEXT NOT NULL,
	"lead_id" TEXT NOT NULL,
	"agent" TEXT NOT NULL,
	"kind" TEXT NOT NULL,
	"state" TEXT NOT NULL,
	"due_at" INTEGER,
	"origin" TEXT NOT NULL
) STRICT;
CREATE INDEX "task_pending" ON "task" ("contact_id") WHERE "state" = 'pending';
CREATE TABLE "contact_gate" ("id" INTEGER NOT NULL PRIMARY KEY) STRICT;
CREATE TABLE "dialer_contact" (
	"id" TEXT NOT NULL,
	"campaign_id" TEXT NOT NULL,
	"phone" TEXT NOT NULL,
	"phone_raw" TEXT NOT NULL,
	"retry_date" INTEGER,
	"last_call_at" INTEGER,
	"assigned_agent" TEXT NOT NULL,
	"wrapup" TEXT NOT NULL,
	"total_calls" INTEGER NOT NULL,
	"lead_id" TEXT NOT NULL,
	PRIMARY KEY ("id")
) STRICT;
CREATE INDEX "dialer_contact_campaign" ON "dialer_contact" ("campaign_id", "phone");
CREATE TABLE "rule_book" (
	"version" TEXT NOT NULL PRIMARY KEY,
	"files" TEXT NOT NULL,
	"at" INTEGER NOT NULL
) STRICT;
CREATE TABLE "rule_change" (
	"id" INTEGER PRIMARY KEY AUTOINCREMENT,
	"at" INTEGER NOT NULL,
	"version" TEXT NOT NULL,
	"faults" TEXT NOT NULL
, "state" TEXT NOT NULL DEFAULT 'applied', "base" TEXT NOT NULL DEFAULT '', "author" TEXT NOT NULL DEFAULT '', "reason" TEXT NOT NULL DEFAULT '', "effect" TEXT NOT NULL DEFAULT '', "allow" TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE "file_count" ("last" INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX "file_seq" ON "file" ("seq");
CREATE INDEX "file_unfinished" ON "file" ("seq") WHERE "state" IN ('claimed', 'staged', 'sending');
CREATE INDEX "lead_phone" ON "lead" ("phone");
CREATE INDEX "run_begin" ON "run" ("slot_start");
CREATE INDEX "decision_waiting" ON "decision" ("slot_key", "group", "lead_id")
	WHERE "reason" IN ('over_capacity', 'phone_open');
CREATE TABLE "record" (
	"id" TEXT NOT NULL,
	"revision" INTEGER NOT NULL,
	"lead_id" TEXT NOT NULL,
	"call_id" TEXT NOT NULL,
	"phone" TEXT NOT NULL,
	"phone_raw" TEXT NOT NULL,
	"contact_id" TEXT NOT NULL,
	"campaign_id" TEXT NOT NULL,
	"campaign_name" TEXT NOT NULL,
	"agent" TEXT NOT NULL,
	"type" TEXT NOT NULL,
	"result" TEXT NOT NULL,
	"wrapup" TEXT NOT NULL,
	"comment" TEXT NOT NULL,
	"callback_text" TEXT NOT NULL,
	"displayed_number" TEXT NOT NULL,
	"started_at" INTEGER,
	"ended_at" INTEGER,
	"total_seconds" INTEGER,
	"talk_seconds" INTEGER,
	"recording_ref" TEXT NOT NULL,
	"recording_opposed" INTEGER NOT NULL,
	"agreed_exact_time" INTEGER NOT NULL,
	"outcome" TEXT NOT NULL,
	"attempt" INTEGER NOT NULL,
	"callback_at" INTEGER,
	"callback_reason" TEXT NOT NULL,
	"anomalies" TEXT NOT NULL,
	"version" TEXT NOT NULL,
	"received_at" INTEGER NOT NULL,
	"hash" TEXT NOT NULL,
	"at" INTEGER NOT NULL,
	"latest" INTEGER NOT NULL,
	PRIMARY KEY ("id", "revision")
) STRICT;
CREATE UNIQUE INDEX "record_latest" ON "record" ("id") WHERE "latest" = 1;
CREATE INDEX "record_lead" ON "record" ("lead_id", "at", "id") WHERE "latest" = 1;
CREATE INDEX "record_phone" ON "record" ("phone", "at") WHERE "latest" = 1;
CREATE TABLE "suppression" (
	"key" TEXT NOT NULL PRIMARY KEY,
	"reason" TEXT NOT NULL,
	"origin" TEXT NOT NULL,
	"from" INTEGER NOT NULL,
	"until" INTEGER
) STRICT;
CREATE TABLE "lease" (
	"name" TEXT NOT NULL PRIMARY KEY,
	"owner" TEXT NOT NULL,
	"fence" INTEGER NOT NULL,
	"until" INTEGER NOT NULL
) STRICT;
CREATE INDEX "lead_created" ON "lead" ("created_at", "id");
CREATE INDEX "call_callback" ON "call" ("due_at", "id") WHERE "state" = 'planned' AND "kind" = 'callback';
CREATE TABLE "event" (
	"id" TEXT NOT NULL PRIMARY KEY,
	"source" TEXT NOT NULL,
	"received_at" INTEGER NOT NULL,
	"state" TEXT NOT NULL,
	"reason" TEXT NOT NULL,
	"detail" TEXT NOT NULL,
	"phone" TEXT NOT NULL,
	"lead_id" TEXT NOT NULL,
	"body" TEXT NOT NULL
) STRICT;
CREATE INDEX "event_state" ON "event" ("state", "id");
CREATE INDEX "event_received" ON "event" ("received_at");
CREATE INDEX "event_phone" ON "event" ("phone") WHERE "phone" <> '';
CREATE INDEX "event_lead" ON "event" ("lead_id") WHERE "lead_id" <> '';
CREATE TABLE "transfer" (
	"id" TEXT NOT NULL PRIMARY KEY,
	"lead_id" TEXT NOT NULL,
	"contact_id" TEXT NOT NULL,
	"rule" TEXT NOT NULL,
	"status" TEXT NOT NULL,
	"state" TEXT NOT NULL,
	"agent" TEXT NOT NULL,
	"candidates" TEXT NOT NULL,
	"at" INTEGER NOT NULL,
	"settled_at" INTEGER,
	"version" TEXT NOT NULL
) STRICT;
CREATE INDEX "transfer_open" ON "transfer" ("at", "id") WHERE "state" IN ('pending', 'sending');
CREATE INDEX "transfer_lead" ON "transfer" ("lead_id", "at", "id");
CREATE INDEX "transfer_rule" ON "transfer" ("rule", "agent") WHERE "agent" <> '';
CREATE INDEX "dialer_contact_load" ON "dialer_contact" ("campaign_id", "assigned_agent");
CREATE TABLE "retry_date" (
	"contact_id" TEXT NOT NULL PRIMARY KEY,
	"call_id" TEXT NOT NULL,
	"at" INTEGER NOT NULL,
	"told" INTEGER NOT NULL
) STRICT;
CREATE INDEX "retry_date_open" ON "retry_date" ("contact_id") WHERE "told" = 0;
CREATE TABLE "transcript" (
	"call_id" TEXT NOT NULL PRIMARY KEY,
	"state" TEXT NOT NULL,
	"at" INTEGER NOT NULL,
	"tries" INTEGER NOT NULL,
	"sent_at" INTEGER
) STRICT;
CREATE INDEX "transcript_open" ON "transcript" ("at", "call_id") WHERE "state" IN ('pending', 'sending');
CREATE INDEX "record_at" ON "record" ("at", "id") WHERE "latest" = 1;
CREATE INDEX "call_former" ON "call" ("phone") WHERE "state" NOT IN ('planned', 'injected', 'in_progress');
CREATE INDEX "file_line_lead" ON "file_line" ("lead_id");
CREATE INDEX "file_done" ON "file" ("at", "name") WHERE "state" IN ('published', 'cancelled');
CREATE INDEX "record_former_phone" ON "record" ("phone") WHERE "latest" = 0;
CREATE INDEX "record_former_lead" ON "record" ("lead_id") WHERE "latest" = 0;
CREATE INDEX "dialer_contact_phone" ON "dialer_contact" ("phone");
CREATE INDEX "dialer_contact_lead" ON "dialer_contact" ("lead_id") WHERE "lead_id" <> '';
CREATE INDEX "task_lead" ON "task" ("lead_id") WHERE "lead_id" <> '';
CREATE INDEX "task_contact" ON "task" ("contact_id");
CREATE INDEX "lead_phoneless" ON "lead" ("id") WHERE "status" = 'invalid';
CREATE INDEX "lead_groupless" ON "lead" ("id")
	WHERE "group" = '' AND "status" IN ('new', 'parked', 'scheduled', 'in_campaign', 'not_qualified', 'callback');
CREATE INDEX "lead_baseless" ON "lead" ("id")
	WHERE "legal_basis" IN ('', 'none') AND "status" IN ('new', 'parked', 'scheduled', 'in_campaign', 'not_qualified', 'callback');
CREATE INDEX "decision_id" ON "decision" ("id") WHERE "id" <> '';
CREATE TABLE "facts" (
	"id" TEXT NOT NULL PRIMARY KEY,
	"slot_key" TEXT NOT NULL,
	"at" INTEGER NOT NULL,
	"body" TEXT NOT NULL
) STRICT;
CREATE INDEX "facts_slot" ON "facts" ("slot_key");
CREATE INDEX "facts_at" ON "facts" ("at", "id");
CREATE TABLE "score_range" (
	"pass" INTEGER NOT NULL,
	"place" INTEGER NOT NULL,
	"version" TEXT NOT NULL,
	"at" INTEGER NOT NULL,
	"after" TEXT NOT NULL,
	"upto" TEXT NOT NULL,
	"owner" TEXT NOT NULL,
	"attempt" INTEGER NOT NULL,
	"until" INTEGER NOT NULL,
	"leads" INTEGER NOT NULL,
	"changed" INTEGER NOT NULL,
	"planned" INTEGER NOT NULL,
	"done" INTEGER NOT NULL,
	PRIMARY KEY ("pass", "place")
) STRICT;
CREATE INDEX "score_range_open" ON "score_range" ("pass", "place") WHERE "done" = 0;
CREATE INDEX "call_agent" ON "call" ("agent") WHERE "state" IN ('injected', 'in_progress') AND "agent" <> '';
CREATE INDEX "call_begin" ON "call" ("not_before", "state", "agent") WHERE "not_before" IS NOT NULL;
CREATE INDEX "call_outstanding" ON "call" ("lead_id", "id") WHERE "state" IN ('planned', 'injected', 'in_progress');
INSERT INTO "agent" ("username", "name", "active", "teams", "weight", "daily_capacity", "last_assigned_at", "absences") VALUES ('a1', '', 1, '["sales"]', 1.0, NULL, 1795422600000, '[]');
INSERT INTO "agent" ("username", "name", "active", "teams", "weight", "daily_capacity", "last_assigned_at", "absences") VALUES ('a2', '', 1, '[]', 1.0, NULL, 1795422600000, '[]');
INSERT INTO "agent" ("username", "name", "active", "teams", "weight", "daily_capacity", "last_assigned_at", "absences") VALUES ('s1', '', 1, '["support"]', 1.0, NULL, 1795425000000, '[]');
INSERT INTO "call" ("id", "lead_id", "phone", "kind", "state", "due_at", "campaign", "agent", "agreed_exact_time", "run_id", "group", "file", "not_before", "not_after", "injected_at", "recycled_from", "created_at", "reason") VALUES ('L1#1', 'L1', '+33199000001', 'plan', 'ended', 1795424400000, '', 'a1', 0, 'PVI/2026-11-23T10:00/IDF', 'IDF', 'PVI/20261123-1000-IDF-01.csv', 1795424400000, 1795435200000, 1795422600000, '', 1795374000000, '');
INSERT INTO "call" ("id", "lead_id", "phone", "kind", "state", "due_at", "campaign", "agent", "agreed_exact_time", "run_id", "group", "file", "not_before", "not_after", "injected_at", "recycled_from", "created_at", "reason") VALUES ('L2#1', 'L2', '+33199000002', 'plan', 'ended', 1795424400000, '', 'a1', 0, 'PVI/2026-11-23T10:00/IDF', 'IDF', 'PVI/20261123-1000-IDF-01.csv', 1795424400000, 1795435200000, 1795422600000, '', 1795374000000, '');
INSERT INTO "call" ("id", "lead_id", "phone", "kind", "state", "due_at", "campaign", "agent", "agreed_exact_time", "run_id", "group", "file", "not_before", "not_after", "injected_at", "recycled_from", "created_at", "reason") VALUES ('L3#1', 'L3', '+33199000003', 'plan', 'injected', 1795424400000, '', 'a2', 0, 'PVI/2026-11-23T10:00/IDF', 'IDF', 'PVI/20261123-1000-IDF-01.csv', 1795424400000, 1795435200000, 1795422600000, '', 1795374000000, '');
INSERT INTO "call" ("id", "lead_id", "phone", "kind", "state", "due_at", "campaign", "agent", "agreed_exact_time", "run_id", "group", "file", "not_before", "not_after", "injected_at", "recycled_from", "created_at", "reason") VALUES ('L4#1', 'L4', '+33199000004', 'plan', 'planned', 1795424400000, '', '', 0, '', '', '', NULL, NULL, NULL, '', 1795374000000, '');
INSERT INTO "call" ("id", "lead_id", "phone", "kind", "state", "due_at", "campaign", "agent", "agreed_exact_time", "run_id", "group", "file", "not_before", "not_after", "injected_at", "recycled_from", "created_at", "reason") VALUES ('L7#1', 'L7', '+33199000007', 'plan', 'planned', 1795424400000, '', '', 0, '', '', '', NULL, NULL, NULL, '', 1795374000000, '');
INSERT INTO "contact_gate" ("id") VALUES (1);
INSERT INTO "decision" ("slot_key", "lead_id", "call_id", "group", "injected", "reason", "detail", "unknown", "score", "rank", "version", "at", "id", "facts") VALUES ('PVI/2026-11-23T10:00', 'L1', 'L1#1', 'IDF', 1, '', '', 0, 92, 1, '0a52febd09d49f486d3501af7ed77c9b5e132738eaf295ca8afc35b74005f1b5', 1795422600000, '', '');
INSERT INTO "decision" ("slot_key", "lead_id", "call_id", "group", "injected", "reason", "detail", "unknown", "score", "rank", "version", "at", "id", "facts") VALUES ('PVI/2026-11-23T10:00', 'L2', 'L2#1', 'IDF', 1, '', '', 0, 75, 3, '0a52febd09d49f486d3501af7ed77c9b5e132738eaf295ca8afc35b74005f1b5', 1795422600000, '', '');
INSERT INTO "decision" ("slot_key", "lead_id", "call_id", "group", "injected", "reason", "detail", "unknown", "score", "rank", "version", "at", "id", "facts") VALUES ('PVI/2026-11-23T10:00', 'L3', 'L3#1', 'IDF', 1, '', '', 0, 75, 2, '0a52febd09d49f486d3501af7ed77c9b5e132738eaf295ca8afc35b74005f1b5', 1795422600000, '', '');
INSERT INTO "decision" ("slot_key", "lead_id", "call_id", "group", "injected", "reason", "detail", "unknown", "score", "rank", "version", "at", "id", "facts") VALUES ('PVI/2026-11-23T10:00', 'L4', 'L4#1', 'IDF', 0, 'over_capacity', '', 0, 40, 4, '0a52febd09d49f486d3501af7ed77c9b5e132738eaf295ca8afc35b74005f1b5', 1795422600000, '', '');
INSERT INTO "decision" ("slot_key", "lead_id", "call_id", "group", "injected", "reason", "detail", "unknown", "score", "rank", "version", "at", "id", "facts") VALUES ('PVI/2026-11-23T10:00', 'L7', 'L7#1', '', 0, 'no_group', '', 0, 95, 0, '0a52febd09d49f486d3501af7ed77c9b5e132738eaf295ca8afc35b74005f1b5', 1795422600000, '', '');
INSERT INTO "dialer_contact" ("id", "campaign_id", "phone", "phone_raw", "retry_date", "last_call_at", "assigned_agent", "wrapup", "total_calls", "lead_id") VALUES ('B1', 'B', '+33199000091', '0199000091', NULL, NULL, 's1', '', 0, '');
INSERT INTO "dialer_contact" ("id", "campaign_id", "phone", "phone_raw", "retry_date", "last_call_at", "assigned_agent", "wrapup", "total_calls", "lead_id") VALUES ('C1', 'A', '+33199000001', '0199000001', NULL, NULL, 's1', 'Répondeur', 3, 'L1');
INSERT INTO "event" ("id", "source", "received_at", "state", "reason", "detail", "phone", "lead_id", "body") VALUES ('e-1', 'http', 1795424700000, 'failed', 'unknown_lead', '', '', '', '{}');
INSERT INTO "file" ("name", "kind", "state", "run_id", "slot_key", "campaign", "dialer", "mode", "encoding", "line_end", "header", "has_head", "sha256", "bytes", "version", "at", "published_at", "seq") VALUES ('PVI/20261123-1000-IDF-01.csv', 'inject', 'published', 'PVI/2026-11-23T10:00/IDF', 'PVI/2026-11-23T10:00', 'PVI', 'diabolocom-csv', 384, 'utf-8', '
', 'external_id;phone1;last_name;first_name;priority;assigned_agent;min_calling_date_time;max_calling_date_time;campaign;segment;score', 1, '76cc25771512c466d24a467a152ecbe190714e5aa5f377295b68a20f84d83d87', 395, '0a52febd09d49f486d3501af7ed77c9b5e132738eaf295ca8afc35b74005f1b5', 1795422600000, 1795422600000, 1);
INSERT INTO "file_count" ("last") VALUES (1);
INSERT INTO "file_line" ("file", "place", "slot_key", "call_id", "lead_id", "text") VALUES ('PVI/20261123-1000-IDF-01.csv', 1, 'PVI/2026-11-23T10:00', 'L1#1', 'L1', 'L1;33199000001;Durand;Anne;8;a1;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;PVI_NOW;92');
INSERT INTO "file_line" ("file", "place", "slot_key", "call_id", "lead_id", "text") VALUES ('PVI/20261123-1000-IDF-01.csv', 2, 'PVI/2026-11-23T10:00', 'L3#1', 'L3', 'L3;33199000003;Petit;Luc;25;a2;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;PVS;75');
INSERT INTO "file_line" ("file", "place", "slot_key", "call_id", "lead_id", "text") VALUES ('PVI/20261123-1000-IDF-01.csv', 3, 'PVI/2026-11-23T10:00', 'L2#1', 'L2', 'L2;33199000002;Moreau;Zoé;25;a1;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;PVI_SOON;75');
INSERT INTO "funnel" ("slot_key", "at", "steps") VALUES ('PVI/2026-11-23T10:00', 1795422600000, '[{"name":"planned","left":7},{"name":"lead_type","left":6},{"name":"segment","left":5},{"name":"group","left":4},{"name":"compliance","left":4},{"name":"phone","left":4},{"name":"capacity","left":3}]');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied") VALUES (1, 0, 1);
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied") VALUES (10, 11, 1);
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied") VALUES (11, 12, 1);
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied") VALUES (12, 13, 1);
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied") VALUES (2, 1, 1);
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied") VALUES (3, 2, 1);
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied") VALUES (4, 3, 1);
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied") VALUES (5, 4, 1);
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied") VALUES (6, 5, 1);
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied") VALUES (7, 8, 1);
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied") VALUES (8, 9, 1);
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied") VALUES (9, 10, 1);
INSERT INTO "lead" ("id", "type", "segment", "score", "scored_at", "grade", "status", "source", "created_at", "estimated_at", "estimated_price", "sell_horizon_months", "role", "property_type", "living_area", "rooms", "postal_code", "city", "group", "media_zone", "visits", "callback_at", "callback_requests", "tags", "attempts", "attempts_30d", "reached", "refusals", "callbacks", "recycled", "in_wallet", "has_pending_task", "last_call_at", "last_outcome", "next_call_at", "assigned_agent", "legal_basis", "consent_at", "consent_evidence", "on_bloctel", "first_name", "last_name", "email", "phone", "phone_country", "phone_national", "language", "contact_id", "phone_raw", "scored_by", "custom", "revision") VALUES ('L1', 'RDVVQ', 'PVI_NOW', 92, 1795425000000, 'hot', 'support', '', 1795374000000, 1795367100000, NULL, NULL, '', '', NULL, NULL, '75011', '', 'IDF', NULL, NULL, NULL, NULL, '[]', 1, 1, 1, 0, 0, 0, 0, 0, 1795424760000, 'support', NULL, 's1', 'request', NULL, '', NULL, 'Anne', 'Durand', '', '+33199000001', '33', '199000001', '', 'L1', '01 99 00 00 01', '0a52febd09d49f486d3501af7ed77c9b5e132738eaf295ca8afc35b74005f1b5', '{"given_score":92,"given_segment":"PVI_NOW","given_type":"RDVVQ"}', 3);
INSERT INTO "lead" ("id", "type", "segment", "score", "scored_at", "grade", "status", "source", "created_at", "estimated_at", "estimated_price", "sell_horizon_months", "role", "property_type", "living_area", "rooms", "postal_code", "city", "group", "media_zone", "visits", "callback_at", "callback_requests", "tags", "attempts", "attempts_30d", "reached", "refusals", "callbacks", "recycled", "in_wallet", "has_pending_task", "last_call_at", "last_outcome", "next_call_at", "assigned_agent", "legal_basis", "consent_at", "consent_evidence", "on_bloctel", "first_name", "last_name", "email", "phone", "phone_country", "phone_national", "language", "contact_id", "phone_raw", "scored_by", "custom", "revision") VALUES ('L2', 'RDVVQ', 'PVI_SOON', 75, 1795425000000, 'warm', 'do_not_call', '', 1795374000000, 1795248000000, NULL, NULL, '', '', NULL, NULL, '92100', '', 'IDF', NULL, NULL, NULL, NULL, '[]', 1, 1, 1, 0, 0, 0, 0, 0, 1795424880000, 'deceased', NULL, 'a1', 'request', NULL, '', NULL, 'Zoé', 'Moreau', '', '+33199000002', '33', '199000002', '', 'L2', '0033199000002', '0a52febd09d49f486d3501af7ed77c9b5e132738eaf295ca8afc35b74005f1b5', '{"given_score":75,"given_segment":"PVI_SOON","given_type":"RDVVQ"}', 3);
INSERT INTO "lead" ("id", "type", "segment", "score", "scored_at", "grade", "status", "source", "created_at", "estimated_at", "estimated_price", "sell_horizon_months", "role", "property_type", "living_area", "rooms", "postal_code", "city", "group", "media_zone", "visits", "callback_at", "callback_requests", "tags", "attempts", "attempts_30d", "reached", "refusals", "callbacks", "recycled", "in_wallet", "has_pending_task", "last_call_at", "last_outcome", "next_call_at", "assigned_agent", "legal_basis", "consent_at", "consent_evidence", "on_bloctel", "first_name", "last_name", "email", "phone", "phone_country", "phone_national", "language", "contact_id", "phone_raw", "scored_by", "custom", "revision") VALUES ('L3', 'DIRECT', 'PVS', 75, 1795374000000, 'warm', 'in_campaign', '', 1795374000000, 1795345200000, NULL, NULL, '', '', NULL, NULL, '75015', '', 'IDF', NULL, NULL, NULL, NULL, '[]', 0, 0, 0, 0, 0, 0, 0, 0, NULL, '', 1795424400000, 'a2', 'request', NULL, '', NULL, 'Luc', 'Petit', '', '+33199000003', '33', '199000003', '', 'L3', '+33 (0)1 99 00 00 03', '0a52febd09d49f486d3501af7ed77c9b5e132738eaf295ca8afc35b74005f1b5', '{"given_score":75,"given_segment":"PVS","given_type":"DIRECT"}', 2);
INSERT INTO "lead" ("id", "type", "segment", "score", "scored_at", "grade", "status", "source", "created_at", "estimated_at", "estimated_price", "sell_horizon_months", "role", "property_type", "living_area", "rooms", "postal_code", "city", "group", "media_zone", "visits", "callback_at", "callback_requests", "tags", "attempts", "attempts_30d", "reached", "refusals", "callbacks", "recycled", "in_wallet", "has_pending_task", "last_call_at", "last_outcome", "next_call_at", "assigned_agent", "legal_basis", "consent_at", "consent_evidence", "on_bloctel", "first_name", "last_name", "email", "phone", "phone_country", "phone_national", "language", "contact_id", "phone_raw", "scored_by", "custom", "revision") VALUES ('L4', 'RDVVQ', 'PVM', 40, 1795374000000, 'cold', 'scheduled', '', 1795374000000, 1795165200000, NULL, NULL, '', '', NULL, NULL, '94000', '', 'IDF', NULL, NULL, NULL, NULL, '[]', 0, 0, 0, 0, 0, 0, 0, 0, NULL, '', 1795424400000, '', 'request', NULL, '', NULL, 'Eva', 'Blanc', '', '+33199000004', '33', '199000004', '', 'L4', '0199000004', '0a52febd09d49f486d3501af7ed77c9b5e132738eaf295ca8afc35b74005f1b5', '{"given_score":40,"given_segment":"PVM","given_type":"RDVVQ"}', 1);
INSERT INTO "lead" ("id", "type", "segment", "score", "scored_at", "grade", "status", "source", "created_at", "estimated_at", "estimated_price", "sell_horizon_months", "role", "property_type", "living_area", "rooms", "postal_code", "city", "group", "media_zone", "visits", "callback_at", "callback_requests", "tags", "attempts", "attempts_30d", "reached", "refusals", "callbacks", "recycled", "in_wallet", "has_pending_task", "last_call_at", "last_outcome", "next_call_at", "assigned_agent", "legal_basis", "consent_at", "consent_evidence", "on_bloctel", "first_name", "last_name", "email", "phone", "phone_country", "phone_national", "language", "contact_id", "phone_raw", "scored_by", "custom", "revision") VALUES ('L7', 'RDVVQ', 'PVI_NOW', 95, 1795374000000, 'hot', 'scheduled', '', 1795374000000, 1795338000000, NULL, NULL, '', '', NULL, NULL, '69003', '', '', NULL, NULL, NULL, NULL, '[]', 0, 0, 0, 0, 0, 0, 0, 1, NULL, '', 1795424400000, '', 'request', NULL, '', NULL, '', '', '', '+33199000007', '33', '199000007', '', 'L7', '0199000007', '0a52febd09d49f486d3501af7ed77c9b5e132738eaf295ca8afc35b74005f1b5', '{"given_score":95,"given_segment":"PVI_NOW","given_type":"RDVVQ"}', 2);
INSERT INTO "lease" ("name", "owner", "fence", "until") VALUES ('cf-campaign-loop', 'process 1', 3, 1795374010000);
INSERT INTO "record" ("id", "revision", "lead_id", "call_id", "phone", "phone_raw", "contact_id", "campaign_id", "campaign_name", "agent", "type", "result", "wrapup", "comment", "callback_text", "displayed_number", "started_at", "ended_at", "total_seconds", "talk_seconds", "recording_ref", "recording_opposed", "agreed_exact_time", "outcome", "attempt", "callback_at", "callback_reason", "anomalies", "version", "received_at", "hash", "at", "latest") VALUES ('c-1', 1, 'L1', 'L1#1', '+33199000001', '', 'C1', 'A', '', '', '', '', 'support', '', '', '', 1795424700000, 1795424760000, NULL, NULL, '', 0, 0, 'support', 1, NULL, '', '[]', '0a52febd09d49f486d3501af7ed77c9b5e132738eaf295ca8afc35b74005f1b5', 1795425000000, '9e54c46fe55b6f6ce3b334c0d2fec7972b13f40454e32489076c3c95e10130c0', 1795424760000, 1);
INSERT INTO "record" ("id", "revision", "lead_id", "call_id", "phone", "phone_raw", "contact_id", "campaign_id", "campaign_name", "agent", "type", "result", "wrapup", "comment", "callback_text", "displayed_number", "started_at", "ended_at", "total_seconds", "talk_seconds", "recording_ref", "recording_opposed", "agreed_exact_time", "outcome", "attempt", "callback_at", "callback_reason", "anomalies", "version", "received_at", "hash", "at", "latest") VALUES ('c-2', 1, 'L2', 'L2#1', '+33199000002', '', 'L2', '', '', '', '', '', 'Décédé', '', '', '', 1795424820000, 1795424880000, NULL, NULL, '', 0, 0, 'deceased', 1, NULL, '', '[]', '0a52febd09d49f486d3501af7ed77c9b5e132738eaf295ca8afc35b74005f1b5', 1795425000000, 'be082c1ae445527adeed79c95c1df54f8ce8016303a0259995d6e805ee000654', 1795424880000, 1);
INSERT INTO "retry_date" ("contact_id", "call_id", "at", "told") VALUES ('C1', 'c-1', 1795424800000, 0);
INSERT INTO "rule_book" ("version", "files", "at") VALUES ('old', '{}', 1795374000000);
INSERT INTO "run" ("id", "campaign", "slot", "group", "slot_start", "slot_end", "state", "started_at", "stopped_at", "versions", "files", "slot_key") VALUES ('PVI/2026-11-23T10:00/IDF', 'PVI', 'M', 'IDF', 1795424400000, 1795435200000, 'running', 1795422600000, NULL, '["0a52febd09d49f486d3501af7ed77c9b5e132738eaf295ca8afc35b74005f1b5"]', 1, 'PVI/2026-11-23T10:00');
INSERT INTO "suppression" ("key", "reason", "origin", "from", "until") VALUES ('1bd58de537ca6a028991dcfee3fc8a41a183a9303ce8a1d9c4a8aae499a6b1c1', 'key', 'this database''s suppression key', 0, NULL);
INSERT INTO "suppression" ("key", "reason", "origin", "from", "until") VALUES ('1e24e9eaed0ecb4ddef390f34ab4952a772b16c01a28f2828e753caf7a3adf46', 'deceased', 'call c-2', 1795424880000, NULL);
INSERT INTO "task" ("id", "contact_id", "lead_id", "agent", "kind", "state", "due_at", "origin") VALUES ('T1', 'L7', '', 'zoe', 'visit', 'pending', NULL, '');
INSERT INTO "transcript" ("call_id", "state", "at", "tries", "sent_at") VALUES ('c-1', 'pending', 1795424800000, 0, NULL);
INSERT INTO "transfer" ("id", "lead_id", "contact_id", "rule", "status", "state", "agent", "candidates", "at", "settled_at", "version") VALUES ('c-1', 'L1', 'C1', 'support', 'support', 'done', 's1', '["s1: 1"]', 1795425000000, 1795425000000, '0a52febd09d49f486d3501af7ed77c9b5e132738eaf295ca8afc35b74005f1b5');
INSERT INTO "wallet" ("contact_id", "agent", "since", "until", "valid") VALUES ('L6', 'zoe', 1793487600000, NULL, 1);
