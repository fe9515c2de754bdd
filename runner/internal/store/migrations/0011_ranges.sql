-- The leads of one pass of re-scoring, cut into ranges of their ids that all
-- processes share: after "after", up to "upto" or, where that is empty, the end.
-- Whoever works on one holds it until an instant of the database's clock; each
-- claim counts as one attempt, and only the last one may write.

CREATE TABLE "score_range" (
	"pass" {{.Integer}} NOT NULL,
	"place" {{.Integer}} NOT NULL,
	"version" {{.Text}} NOT NULL,
	"at" {{.Integer}} NOT NULL,
	"after" {{.Text}} NOT NULL,
	"upto" {{.Text}} NOT NULL,
	"owner" {{.Text}} NOT NULL,
	"attempt" {{.Integer}} NOT NULL,
	"until" {{.Integer}} NOT NULL,
	"leads" {{.Integer}} NOT NULL,
	"changed" {{.Integer}} NOT NULL,
	"planned" {{.Integer}} NOT NULL,
	"done" {{.Integer}} NOT NULL,
	PRIMARY KEY ("pass", "place")
) {{.Strict}};
CREATE INDEX "score_range_open" ON "score_range" ("pass", "place") WHERE "done" = 0;
