package store

import (
	"context"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callsheet/runner/internal/crm"
)

// Whatever is looked up about a number, about what is old and about what is
// wrong reaches its rows through an index.
func TestPrivacyUsesIndexes(t *testing.T) {
	t.Parallel()
	s, err := OpenMemory(t.Context(), "plans")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, phone := t.Context(), "+33199000001"
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	store := func() {
		call := crm.Call{ID: "a#1", LeadID: "a", Phone: phone, State: crm.CallPlanned}
		former := crm.Call{ID: "b#1", LeadID: "b", Phone: phone, State: crm.CallPlanned}
		must(s.PutLeads(ctx, []crm.Arrival{
			{Lead: crm.Lead{ID: "a", ContactID: "C", Phone: phone}, Call: &call},
			{Lead: crm.Lead{ID: "b", ContactID: "C", Phone: "+33199000002"}, Call: &former},
			{Lead: crm.Lead{ID: "c", ContactID: "D", Phone: phone}},
		}))
		must(s.Apply(ctx, crm.Change{
			Records:   []crm.Record{{ID: "r", Revision: 1, LeadID: "a", ContactID: "X", Phone: phone}, {ID: "nobody", Revision: 1, Phone: phone}},
			Transfers: []crm.Transfer{{ID: "r", LeadID: "a", ContactID: "X"}},
		}))
		must(s.PutDialerContacts(ctx, []crm.DialerContact{{ID: "X", CampaignID: "1", Phone: phone, LeadID: "a"}}))
		_, err := s.PutEvent(ctx, crm.Event{ID: "e", State: crm.EventDead})
		must(err)
		must(s.write(ctx, "a file", func(ctx context.Context, q querier) error {
			_, err := s.addFiles(ctx, q, []*crm.File{{Name: "f", State: crm.FilePublished}})
			return err
		}))
	}
	store()
	if _, err := s.Held(ctx, phone, "key"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Erase(ctx, phone, crm.Suppression{Key: "key"}, true); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Health(ctx, crm.Overlong{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PendingTasks(ctx, 10); err != nil {
		t.Fatal(err)
	}
	late := crm.Instant(1 << 50)
	keep := crm.Retention{Leads: late, Comments: late, Recordings: late, Lines: late, Facts: late, Events: late}
	if _, err := s.Aged(ctx, keep); err != nil {
		t.Fatal(err)
	}
	for mark := (crm.PurgeMark{}); !mark.End; {
		var err error
		if _, mark, err = s.Purge(ctx, keep, mark, false); err != nil {
			t.Fatal(err)
		}
	}
	// They count all rows there are.
	whole := []string{`SELECT COUNT(*) FROM "lead"`, `SELECT COUNT(*) FROM "suppression" WHERE "reason" <> 'key'`}
	scan, looked := regexp.MustCompile(`(?m)^SCAN (\w+)$`), 0
	for text := range s.writer.conn.stmts {
		if !regexp.MustCompile(`^(SELECT|UPDATE|DELETE)`).MatchString(text) || slices.Contains(whole, text) {
			continue
		}
		looked++
		steps := plan(t, s, text)
		for _, found := range scan.FindAllStringSubmatch(steps, -1) {
			switch found[1] {
			case "lease", "contact_gate", "file_count": // of a few rows
			default:
				t.Errorf("%s\nis planned as\n%s", text, steps)
			}
		}
	}
	if looked < 60 {
		t.Errorf("only %d statements were looked at", looked)
	}
}

// Every table is copied, and every column by which a person could be told is
// one that an erasure knows: who adds one teaches it to Copy and Erase.
func TestTablesAreKnown(t *testing.T) {
	t.Parallel()
	s, err := OpenMemory(t.Context(), "tables")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	read := func(query string) (found []string) {
		err := s.view(t.Context(), "read the schema", func(ctx context.Context, q querier) (err error) {
			found, err = texts(ctx, q, query)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	stored := read(`SELECT "name" FROM sqlite_schema WHERE "type" = 'table' AND "name" NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY 1`)
	known := slices.Sorted(slices.Values(append(tables(), "lease", "score_range", "contact_gate", versionTable)))
	if diff := cmp.Diff(known, stored); diff != "" {
		t.Errorf("tables that a copy knows (-known +stored):\n%s", diff)
	}
	personal := read(`SELECT t."name" || '.' || c."name" FROM sqlite_schema AS t, pragma_table_info(t."name") AS c WHERE t."type" = 'table'
		AND c."name" IN ('phone', 'phone_raw', 'phone_national', 'first_name', 'last_name', 'email', 'contact_id', 'comment', 'text', 'body', 'facts', 'custom',
			'recording_ref', 'callback_text', 'consent_evidence', 'city', 'postal_code', 'tags') ORDER BY 1`)
	erased := []string{
		"call.phone", "decision.facts", "dialer_contact.phone", "dialer_contact.phone_raw", "event.body", "event.phone", "facts.body", "file_line.text",
		"lead.city", "lead.consent_evidence", "lead.contact_id", "lead.custom", "lead.email", "lead.first_name", "lead.last_name", "lead.phone",
		"lead.phone_national", "lead.phone_raw", "lead.postal_code", "lead.tags",
		"record.callback_text", "record.comment", "record.contact_id", "record.phone", "record.phone_raw", "record.recording_ref",
		"retry_date.contact_id", "task.contact_id", "transfer.contact_id", "wallet.contact_id",
	}
	if diff := cmp.Diff(erased, personal); diff != "" {
		t.Errorf("columns that an erasure knows (-known +stored):\n%s", diff)
	}
}
