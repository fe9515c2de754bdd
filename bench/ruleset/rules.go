package ruleset

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/parser"
)

// Points is a scoring rule: points for the leads for which When holds. A lead
// for which it cannot be said gets none.
type Points struct{ When, Points string }

// Campaign takes the leads for which every condition of Include holds and none
// of Exclude. As in a rule book, a condition that cannot be evaluated keeps the
// lead out, on both lists.
type Campaign struct{ Include, Exclude []string }

// Scoring is twelve point rules. Two of them compute their points.
func Scoring() []Points {
	return []Points{
		{`lead.role == "owner"`, `25`},
		{`lead.role in ["co_owner", "heir"]`, `15`},
		{`lead.sell_horizon_months <= 3`, `25`},
		{`lead.sell_horizon_months in 4..6`, `15`},
		{`lead.estimated_price >= 200000 and lead.property_type == "house"`, `10`},
		{`lead.living_area > 120 or lead.rooms >= 6`, `5`},
		{`lead.visits > 0`, `2 * min(lead.visits, 10)`},
		{`lead.callback_requests > 1`, `5 * lead.callback_requests - 5`},
		{`hours_since(lead.last_call_at) < 72`, `-20`},
		{`days_since(lead.estimated_at) <= 14`, `20`},
		{`lead.media_zone and not lead.notary_ready`, `-5`},
		{`"vip" in lead.tags or lead.city startsWith "Saint"`, `10`},
	}
}

// Campaigns is four campaigns with what a campaign usually asks for.
func Campaigns() []Campaign {
	shared := []string{`lead.on_bloctel`, `days_since(lead.estimated_at) > 365`}
	return []Campaign{
		{[]string{`lead.role in ["owner", "co_owner", "heir"]`, `lead.sell_horizon_months <= 6`}, shared},
		{
			[]string{`lead.sell_horizon_months > 6`, `lead.visits >= 3 or lead.callback_requests > 0`},
			append([]string{`hours_since(lead.last_call_at) < 168`}, shared...),
		},
		{[]string{`lead.estimated_price < 200000 or lead.media_zone`}, append([]string{`lead.property_type == "land"`}, shared...)},
		{[]string{`lead.source in ["form", "fsbo"]`, `lead.consent_at >= date("2026-01-01")`, `not lead.notary_ready`}, shared},
	}
}

// Hundred is a hundred rules of two to four predicates each. They overlap as the
// rules of a real book do: about 300 predicates, of which about 140 are distinct.
// They are drawn from a fixed seed and never change.
func Hundred() []string {
	rng := rand.New(rand.NewPCG(2026, 100))
	pool := predicates()
	rng.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
	popular := pool[:len(pool)/3]
	fresh := pool
	draw := func() string {
		if len(fresh) > 0 && rng.IntN(100) < 58 {
			p := fresh[0]
			fresh = fresh[1:]
			return p
		}
		return popular[rng.IntN(len(popular))]
	}
	rules := make([]string, 100)
	for i := range rules {
		parts := distinct(2+i%3, draw)
		switch {
		case len(parts) == 2:
			rules[i] = strings.Join(parts, " and ")
		case len(parts) == 3:
			rules[i] = fmt.Sprintf("%s and (%s or %s)", parts[0], parts[1], parts[2])
		case rng.IntN(2) == 0:
			rules[i] = fmt.Sprintf("(%s or %s) and (%s or %s)", parts[0], parts[1], parts[2], parts[3])
		default:
			rules[i] = fmt.Sprintf("%s and %s or %s and %s", parts[0], parts[1], parts[2], parts[3])
		}
	}
	return rules
}

// distinct draws n predicates about different facts.
func distinct(n int, draw func() string) []string {
	var parts []string
	seen := map[string]bool{}
	for len(parts) < n {
		p := draw()
		if fact := subject(p); !seen[fact] {
			seen[fact] = true
			parts = append(parts, p)
		}
	}
	return parts
}

// subject is the first field that a predicate names.
func subject(predicate string) string {
	return regexp.MustCompile(`(lead|contact)\.\w+`).FindString(predicate)
}

// Read lists the fields that sources read, in the order of Fields.
func Read(sources ...string) ([]Field, error) {
	l := NewBook()
	read := map[string]bool{}
	for _, src := range sources {
		tree, err := parser.Parse(src)
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", src, err)
		}
		for _, f := range l.read(tree.Node) {
			read[f.Name] = true
		}
	}
	return slices.DeleteFunc(Fields(), func(f Field) bool { return !read[f.Name] }), nil
}
