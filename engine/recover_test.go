package engine_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callsheet/engine"
	"callsheet/engine/expression"
)

// The leads of the scenario for recovery, but for the phone that is suppressed.
func TestRecoverable(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	cases := []struct {
		lead facts
		want string
	}{
		{facts{"attempts": "7", "status": "not_qualified"}, ""},
		{facts{"attempts": "8"}, "attempts"},
		{facts{"status": "qualified"}, "status"},
		{facts{"has_pending_task": "true"}, "task"},
		{facts{"in_wallet": "true"}, "wallet"},
		{facts{"next_call_at": "2026-11-24T10:00:00"}, "planned"},
		{facts{"attempts": "1", "next_call_at": "2026-11-20T10:00:00", "status": "scheduled"}, ""},
		{facts{"attempts": "4", "status": "not_qualified"}, ""},
		{facts{"status": "parked"}, ""},
		{facts{"attempts": "9", "status": "qualified", "in_wallet": "true"}, "attempts"},
		{facts{"in_wallet": "true", "has_pending_task": "true"}, "task"},
		{facts{"in_wallet": "true", "status": "review"}, "status"},
	}
	leads, want := []facts{}, []string{}
	for _, c := range cases {
		leads, want = append(leads, c.lead), append(want, c.want)
	}
	rows := batch(t, b, leads...)
	rows.SetNow(local(t, b, "2026-11-23T08:00:00"))
	if diff := cmp.Diff(want, b.Recoverable(rows)); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}

// What cannot be evaluated leaves a lead alone, in include and exclude.
func TestRecoverableUnknown(t *testing.T) {
	t.Parallel()
	files := shippedFiles(t)
	delete(files, "rules/recovery_test.yaml") // names the condition that goes
	b, err := engine.Compile(edited(t, files, edit{"rules/recovery.yaml", "  attempts: lead.attempts < 8", "  seen: lead.visits > 1"}))
	if err != nil {
		t.Fatal(err)
	}
	rows := batch(t, b, facts{}, facts{"visits": "2"}, facts{"visits": "2", "in_wallet": ""})
	rows.SetNow(local(t, b, "2026-11-23T08:00:00"))
	if diff := cmp.Diff([]string{"seen", "", "wallet"}, b.Recoverable(rows)); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}

// A batch may be as large as one can be, and used again.
func TestRecoverableInLargeBatches(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	leads := make([]facts, expression.MaxBatch)
	for i := range leads {
		leads[i] = facts{"attempts": strconv.Itoa(i % 10)}
	}
	rows := batch(t, b, leads...)
	rows.SetNow(local(t, b, "2026-11-23T08:00:00"))
	tired := 0
	for i, reason := range b.Recoverable(rows) {
		if (reason == "attempts") != (i%10 >= 8) {
			t.Fatalf("row %d: %q", i, reason)
		}
		if reason != "" {
			tired++
		}
	}
	if tired != expression.MaxBatch/10*2 {
		t.Errorf("%d of %d leads are left alone, want %d", tired, expression.MaxBatch, expression.MaxBatch/10*2)
	}
}

func TestTransfers(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	support := b.Transfers[slices.IndexFunc(b.Transfers, func(t engine.Transfer) bool { return t.Name == "support" })]
	calls := batch(t, b, facts{"call.outcome": "support"}, facts{"call.outcome": "refused"}, facts{})
	for row, want := range []bool{true, false, false} {
		if got := support.Wants(calls, row); got != want {
			t.Errorf("row %d: Wants = %v, want %v", row, got, want)
		}
	}
	agent := func(name, contacts, last string) facts {
		return facts{"agent.username": name, "agent.contacts": contacts, "agent.last_assigned_at": last}
	}
	cases := []struct {
		name   string
		agents []facts
		want   int
	}{
		{"the fewest contacts", []facts{agent("s1", "9", ""), agent("s2", "17", ""), agent("s3", "16", "")}, 0},
		{"one without any", []facts{agent("s1", "9", ""), agent("s4", "0", "2026-11-20T10:00:00")}, 1},
		{"a tie: longest since the last", []facts{agent("s1", "9", "2026-11-20T10:00:00"), agent("s6", "9", "2026-11-19T10:00:00")}, 1},
		{"a tie: never before", []facts{agent("s1", "9", "2026-11-20T10:00:00"), agent("s6", "9", "")}, 1},
		{"a tie: by name", []facts{agent("s6", "9", ""), agent("s1", "9", "")}, 1},
		{"nobody", nil, -1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := support.Choose(batch(t, b, c.agents...)); got != c.want {
				t.Errorf("row %d, want %d", got, c.want)
			}
		})
	}
}
