package expression

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestEmptyUnsettled(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	cases := []struct {
		src  string
		want []string
	}{
		{`lead.score > 3 and lead.created_at < now`, nil},
		{`lead.visits > 3`, []string{"lead.visits"}},
		{`lead.visits > lead.estimated_price`, []string{"lead.visits", "lead.estimated_price"}},
		{`lead.visits != nil and lead.visits > 3`, nil},
		{`lead.visits > 3 and lead.visits != nil`, nil},
		{`lead.visits == nil or lead.visits > 3`, nil},
		{`not is_empty(lead.visits) and lead.visits > 3`, nil},
		{`is_empty(lead.visits) and lead.visits > 3`, []string{"lead.visits"}},
		{`lead.visits != nil or lead.visits > 3`, []string{"lead.visits"}},
		{`lead.visits == nil and lead.city == "Paris"`, []string{"lead.city"}},
		{`(lead.visits ?? 0) > 3`, nil},
		{`(lead.visits ?? 0) > lead.estimated_price`, []string{"lead.estimated_price"}},
		{`(lead.visits ?? lead.estimated_price) > 3`, []string{"lead.estimated_price"}},
		{`lead.media_zone ?? true`, nil},
		{`(lead.visits > 3) ?? false`, nil},
		{`lead.visits > 3 or lead.in_wallet`, []string{"lead.visits"}},
		{`lead.visits > 3 or true`, nil},
		{`lead.visits > 3 and false`, nil},
		{`lead.visits != nil ? lead.visits > 3 : false`, nil},
		{`lead.visits > 3 ? true : false`, []string{"lead.visits"}},
		{`lead.in_wallet ? lead.visits > 3 : lead.media_zone`, []string{"lead.visits", "lead.media_zone"}},
		{`not (lead.visits == nil or lead.visits <= 3)`, nil},
		{`any(lead.tags, # == lead.city)`, []string{"lead.city", "lead.tags"}},
		{`"vip" in (lead.tags ?? [])`, nil},
		{`first(filter(lead.tags ?? [], # != "a")) == "b"`, []string{"lead.tags"}},
		{`lead.tags != nil and lead.city != nil and (lead.city in lead.tags)`, nil},
		{`days_since(lead.estimated_at ?? lead.created_at) > 365`, nil},
		{`lead.estimated_at != nil and lead.estimated_at >= now`, nil},
		{`is_empty(lead.visits > 3)`, nil},
		{`lead.city in [lead.country]`, []string{"lead.city", "lead.country"}},
	}
	for _, c := range cases {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, col := range mustCondition(t, s, c.src).EmptyUnsettled() {
				got = append(got, s.fields[col].Name)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A condition for which nothing is reported is never unknown, whatever is empty; and filling what is reported makes
// every condition known.
func TestEmptyUnsettledIsSound(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	rapid.Check(t, func(rt *rapid.T) {
		src := generator{rt, true, true}.boolean(3)
		c, faults := s.Condition(src, Scope{})
		if len(faults) > 0 {
			rt.Fatalf("%s: %+v", src, faults)
		}
		lead := drawLead(rt, s, c.EmptyUnsettled())
		if got := verdict(c, load(t, s, lead), 0); got == unknown {
			rt.Fatalf("%s is unknown for %v although %v are filled", src, lead, c.EmptyUnsettled())
		}
	})
}
