-- What decisions rest on, so that they can be explained and taken again years
-- later: one row for up to a thousand decisions of one start.

ALTER TABLE "decision" ADD COLUMN "id" {{.Text}} NOT NULL DEFAULT '';
ALTER TABLE "decision" ADD COLUMN "facts" {{.Text}} NOT NULL DEFAULT '';
CREATE INDEX "decision_id" ON "decision" ("id") WHERE "id" <> '';

CREATE TABLE "facts" (
	"id" {{.Text}} NOT NULL PRIMARY KEY,
	"slot_key" {{.Text}} NOT NULL,
	"at" {{.Integer}} NOT NULL,
	"body" {{.Text}} NOT NULL
) {{.Strict}};
CREATE INDEX "facts_slot" ON "facts" ("slot_key");
CREATE INDEX "facts_at" ON "facts" ("at", "id");
