package store

import (
	"slices"
	"strings"

	"callsheet/runner/internal/crm"
)

func newSchema(d *dialect) *schema {
	s := &schema{
		lead: leadTable(), call: callTable(), run: runTable(), decision: decisionTable(),
		facts: factsTable(), funnel: funnelTable(), file: fileTable(), line: lineTable(), agent: agentTable(),
		wallet: walletTable(), task: taskTable(), dialerContact: dialerContactTable(), book: bookTable(),
		record: recordTable(), past: recordTable().of(pastColumns()...), suppression: suppressionTable(), lease: leaseTable(), transfer: transferTable(), transcript: transcriptTable(), retryDate: retryDateTable(), event: eventTable(),
	}
	// Whoever writes a lead must have read what it replaces.
	s.putLead = s.lead.insert(d, s.lead.replace(1, s.lead.names()[1:])+` WHERE "lead"."revision" = excluded."revision" - 1`)
	// Once injected, a call belongs to its file: an import no longer moves it.
	s.putCall = s.call.insert(d, s.call.replace(1, []string{
		"phone", "kind", "state", "due_at", "campaign", "agent", "agreed_exact_time", "reason",
	})+` WHERE "call"."state" = 'planned'`)
	s.saveScores = &multi{
		head: `UPDATE "lead" SET "type" = v.column2, "segment" = v.column3, "grade" = v.column4, "group" = v.column5,
			"score" = v.column6, "scored_at" = v.column7, "scored_by" = v.column8, "attempts_30d" = v.column9, "revision" = "lead"."revision" + 1 FROM (VALUES `,
		tail:  `) AS v WHERE "lead"."id" = v.column1 AND "lead"."revision" = v.column10`,
		casts: []string{"TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "TEXT", "BIGINT", "BIGINT"},
		width: 10, dialect: d,
	}
	s.claimCalls = &multi{
		head: `UPDATE "call" SET "state" = 'injected', "run_id" = v.column2, "group" = v.column3, "agent" = v.column4,
			"file" = v.column5, "not_before" = v.column6, "not_after" = v.column7, "injected_at" = v.column8 FROM (VALUES `,
		tail:  `) AS v WHERE "call"."id" = v.column1 AND "call"."state" = 'planned' AND "call"."phone" = v.column9`,
		casts: []string{"TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "BIGINT", "TEXT"},
		width: 9, dialect: d,
	}
	s.claimLeads = &multi{
		head: `UPDATE "lead" SET "status" = 'in_campaign', "revision" = "lead"."revision" + 1,
			"assigned_agent" = CASE WHEN v.column2 = '' THEN "lead"."assigned_agent" ELSE v.column2 END FROM (VALUES `,
		tail:  `) AS v WHERE "lead"."id" = v.column1`,
		casts: []string{"TEXT", "TEXT"},
		width: 2, dialect: d,
	}
	s.putRun = s.run.insert(d, s.run.replace(1, []string{"state", "stopped_at", "versions", "files"})+
		` WHERE "run"."state" = 'running' AND "run"."files" = CAST($13 AS BIGINT)`).text(1)
	s.putDecision = s.decision.insert(d, s.decision.replace(2, s.decision.names()[2:])+
		" WHERE "+differs(s.decision, "call_id", "group", "injected", "reason", "detail", "unknown", "score", "rank"))
	s.addFacts = s.facts.insert(d, ` ON CONFLICT ("id") DO NOTHING`)
	s.putFunnel = s.funnel.upsert(d, 1)
	numbered := s.file
	numbered.columns = append(slices.Clip(numbered.columns), column[crm.File]{name: "seq"})
	s.addFile = numbered.insert(d, ` ON CONFLICT ("name") DO NOTHING`)
	s.addLine = s.line.insert(d, "")
	// The program knows better than an import when an agent last got a lead.
	s.putAgent = s.agent.insert(d, s.agent.replace(1, []string{"name", "active", "teams", "weight", "daily_capacity", "absences"})+
		`, "last_assigned_at" = COALESCE(excluded."last_assigned_at", "agent"."last_assigned_at")`)
	s.putWallet = s.wallet.upsert(d, 1)
	s.putTask = s.task.upsert(d, 1)
	s.putDialer = s.dialerContact.upsert(d, 1)
	s.putBook = s.book.upsert(d, 1)
	s.writeCall = s.call.upsert(d, 1)
	s.addCall = s.call.insert(d, "")
	s.demoteRecord = &multi{
		head:  `UPDATE "record" SET "latest" = 0 FROM (VALUES `,
		tail:  `) AS v WHERE "record"."id" = v.column1 AND "record"."latest" = 1 AND "record"."revision" < v.column2`,
		casts: []string{"TEXT", "BIGINT"},
		width: 2, dialect: d,
	}
	s.addRecord = s.record.insert(d, "")
	s.putSuppression = s.suppression.insert(d, longer)
	s.putTransfer = s.transfer.insert(d, s.transfer.replace(1, s.transfer.names()[1:])+` WHERE "transfer"."state" IN ('nobody', 'cancelled')`)
	s.putRetryDate = s.retryDate.upsert(d, 1)
	s.addTranscript = s.transcript.insert(d, s.transcript.replace(1, s.transcript.names()[1:])+` WHERE "transcript"."state" = 'withdrawn'`)
	s.addEvent = s.event.insert(d, ` ON CONFLICT ("id") DO NOTHING`)
	s.applyEvent = s.event.insert(d, s.event.replace(1, s.event.names()[1:])+` WHERE "event"."state" = 'dead'`)
	s.acquire = takeOver(d)
	return s
}

// differs says that one of the named columns gets another value.
func differs[T any](t table[T], names ...string) string {
	tests := make([]string, len(names))
	for i, name := range names {
		tests[i] = `"` + t.name + `"."` + name + `" IS DISTINCT FROM excluded."` + name + `"`
	}
	return "(" + strings.Join(tests, " OR ") + ")"
}
