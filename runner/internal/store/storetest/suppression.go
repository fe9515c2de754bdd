package storetest

import (
	"context"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

func suppressions(t *testing.T, s *store.Store) {
	ctx := t.Context()
	same(t, "none yet", got[bool](t)(s.Suppresses(ctx)), false)
	defer func() { same(t, "some", got[bool](t)(s.Suppresses(context.WithoutCancel(ctx))), true) }()
	until := func(at crm.Instant) crm.Maybe[crm.Instant] { return crm.Some(at) }
	ever := crm.Maybe[crm.Instant]{}
	sup := func(reason, origin string, from crm.Instant, until crm.Maybe[crm.Instant]) crm.Suppression {
		return crm.Suppression{Reason: reason, Origin: origin, From: from, Until: until}
	}
	first := sup("refused", "r1", 100, until(200))
	tests := []struct {
		name        string
		next, after crm.Suppression
	}{
		{"ends sooner", sup("callback", "r2", 150, until(180)), first},
		{"ends at the same time", sup("callback", "r2", 150, until(200)), first},
		{"ends later", sup("do_not_call", "r2", 150, until(300)), sup("do_not_call", "r2", 100, until(300))},
		{"for ever", sup("do_not_call", "r2", 150, ever), sup("do_not_call", "r2", 100, ever)},
		{"begins earlier", sup("import", "r2", 50, until(120)), sup("refused", "r1", 50, until(200))},
	}
	for _, tt := range tests {
		first.Key, tt.next.Key, tt.after.Key = tt.name, tt.name, tt.name
		must(t, s.PutSuppressions(ctx, []crm.Suppression{first}))
		must(t, s.PutSuppressions(ctx, []crm.Suppression{tt.next}))
		same(t, tt.name, got[map[string]crm.Suppression](t)(s.Suppressions(ctx, []string{tt.name}))[tt.name], tt.after)
		both, together := first, tt.next
		both.Key, together.Key, tt.after.Key = tt.name+" together", tt.name+" together", tt.name+" together"
		must(t, s.PutSuppressions(ctx, []crm.Suppression{both, {Key: "x", From: 1}, together}))
		same(t, tt.name+" in one step", got[map[string]crm.Suppression](t)(s.Suppressions(ctx, []string{both.Key}))[both.Key], tt.after)
	}
	must(t, s.PutSuppressions(ctx, []crm.Suppression{{Key: "k", From: 100, Until: until(200)}}))
	found := got[map[string]crm.Suppression](t)(s.Suppressions(ctx, []string{"k", "nobody"}))
	same(t, "found", len(found), 1)
	for at, in := range map[crm.Instant]bool{99: false, 100: true, 199: true, 200: false} {
		k := found["k"]
		same(t, at.String(), k.Holds(at), in)
	}
	must(t, s.PutSuppressions(ctx, []crm.Suppression{{Key: "k", From: 150}}))
	must(t, s.PutSuppressions(ctx, []crm.Suppression{{Key: "k", From: 150, Until: until(900)}}))
	same(t, "never shortened", got[map[string]crm.Suppression](t)(s.Suppressions(ctx, []string{"k"}))["k"].From, crm.Instant(100))
}
