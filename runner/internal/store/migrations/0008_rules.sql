-- What became of each edit of the rules: who made it, why, what it was expected
-- to change, and what it was about to replace.

ALTER TABLE "rule_change" ADD COLUMN "state" {{.Text}} NOT NULL DEFAULT 'applied';
ALTER TABLE "rule_change" ADD COLUMN "base" {{.Text}} NOT NULL DEFAULT '';
ALTER TABLE "rule_change" ADD COLUMN "author" {{.Text}} NOT NULL DEFAULT '';
ALTER TABLE "rule_change" ADD COLUMN "reason" {{.Text}} NOT NULL DEFAULT '';
ALTER TABLE "rule_change" ADD COLUMN "effect" {{.Text}} NOT NULL DEFAULT '';
ALTER TABLE "rule_change" ADD COLUMN "allow" {{.Text}} NOT NULL DEFAULT '';
UPDATE "rule_change" SET "state" = 'refused' WHERE "faults" <> '';
