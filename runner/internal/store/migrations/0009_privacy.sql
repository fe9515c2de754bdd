-- What is known of a number must be found by it, what is old by its age, and
-- what is wrong without reading all that is right.

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
