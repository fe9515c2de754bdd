package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callsheet/engine"
	"callsheet/engine/expression"
)

// prefilter is what a campaign asks of a database in the slot at a local
// time, over columns that are called like the fields.
func prefilter(t *testing.T, b *engine.RuleBook, campaign, clock string) expression.Where {
	t.Helper()
	c, ok := b.Campaign(campaign)
	if !ok {
		t.Fatalf("no campaign %s", campaign)
	}
	calls, _ := b.Prefilter(c, slotAt(t, b, c, clock), local(t, b, clock), engine.GateCompliance, expression.SQLDialect{
		Column: func(field string) (string, bool) { return field, true },
	})
	return calls
}

func TestPrefilter(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	got := prefilter(t, b, "CF", "2026-11-23T10:30:00")
	const (
		notFSBO = `((lead.source <> $%d AND lead.source <> '') OR lead.source = '')`
		notPQSC = `((lead.estimated_price >= $%d AND lead.media_zone = 0) OR (lead.estimated_price IS NULL AND lead.media_zone IS NULL)` +
			` OR (lead.estimated_price IS NULL AND lead.media_zone = 0) OR (lead.estimated_price >= $%d AND lead.media_zone IS NULL))`
		direct    = `(lead.source = $2 AND ` + notFSBO + ` AND ` + notPQSC + `)`
		estimated = `(` + notFSBO + ` AND ` + notPQSC + `)`
		soon      = `lead.sell_horizon_months <= $9 OR lead.sell_horizon_months <= $10 OR lead.sell_horizon_months <= $11`
		returning = `(lead.role IN ($12, $13, $14) AND lead.visits >= $15 AND (lead.sell_horizon_months >= $16 OR lead.sell_horizon_months IS NULL)` +
			` AND (lead.sell_horizon_months <= $17 OR lead.sell_horizon_months IS NULL))`
	)
	want := expression.Where{
		Text: `(lead.created_at >= $1 AND (` + fmt.Sprintf(direct+` OR `+estimated, 3, 4, 5, 6, 7, 8) + `) AND (` + soon + ` OR ` + returning + `)` +
			` AND lead.in_wallet = 0 AND lead.has_pending_task = 0` +
			` AND (lead.estimated_at >= $18 OR (lead.estimated_at IS NULL AND lead.created_at >= $19))` +
			` AND lead.legal_basis <> $20 AND lead.legal_basis <> '' AND ((lead.legal_basis <> $21 AND lead.legal_basis <> '') OR lead.consent_evidence <> ''))`,
		Args: []any{
			local(t, b, "2026-11-23T10:00:00").UnixMilli(), "form", "fsbo", 2e5, 2e5, "fsbo", 2e5, 2e5,
			int64(3), int64(6), int64(12), "owner", "co_owner", "heir", int64(3), int64(25), int64(24),
			local(t, b, "2025-11-23T00:00:00").UnixMilli(), local(t, b, "2025-11-23T00:00:00").UnixMilli(), "none", "consent",
		},
		AtLeast: map[string]int64{"lead.created_at": local(t, b, "2026-11-23T10:00:00").UnixMilli()},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What rules decide anew is not what is stored, and pack rules hold between
// their dates.
func TestPrefilterLeavesToTheEngine(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	for _, campaign := range []string{"PVI", "PVB", "CF"} {
		for _, field := range []string{"lead.score", "lead.type", "lead.segment", "lead.grade", "lead.group", "call.not_before"} {
			if w := prefilter(t, b, campaign, "2026-11-23T10:30:00"); strings.Contains(w.Text, field) || campaign != "PVB" && w.Exact {
				t.Errorf("%s reads %s, exact %v: %s", campaign, field, w.Exact, w.Text)
			}
		}
	}
	for clock, law := range map[string]string{"2026-08-10T10:30:00": "lead.on_bloctel = 0", "2026-08-11T10:30:00": "lead.legal_basis <> $"} {
		w := prefilter(t, b, "PVB", clock)
		for _, text := range []string{"lead.on_bloctel = 0", "lead.legal_basis <> $"} {
			if strings.Contains(w.Text, text) != (text == law) {
				t.Errorf("%s: is %q asked? %s", clock, text, w.Text)
			}
		}
	}
}

// A condition that the slot settles needs no database.
func TestPrefilterBindsTheSlot(t *testing.T) {
	t.Parallel()
	b, err := engine.Compile(edited(t, shippedFiles(t), edit{"campaigns.yaml", "when: lead.created_at >= slot.start", `when: slot.name == "evening" and campaign.name == "CF" and now > slot.start`}))
	if err != nil {
		t.Fatal(err)
	}
	if w := prefilter(t, b, "CF", "2026-11-23T10:30:00"); w.Text != "FALSE" || !w.Exact {
		t.Errorf("in the morning the filter is %s, exact %v; want FALSE", w.Text, w.Exact)
	}
	if w := prefilter(t, b, "CF", "2026-11-23T17:30:00"); strings.Contains(w.Text, "FALSE") || strings.Contains(w.Text, "slot.") {
		t.Errorf("in the evening the filter is %s", w.Text)
	}
}
