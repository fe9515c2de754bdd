package expression

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"pgregory.net/rapid"
)

// generator draws expressions that are well typed.
type generator struct {
	*rapid.T
	// safe leaves out what may have no result by itself: divisions and powers.
	safe bool
	// asks lets forms ask whether a field is empty; without them emptiness only spreads.
	asks bool
}

func (g generator) pick(label string, options ...string) string {
	return rapid.SampledFrom(options).Draw(g.T, label)
}

func (g generator) boolean(depth int) string {
	if depth == 0 {
		return g.pick("truth", "lead.media_zone", "lead.in_wallet", "true", "false", "lead.score > 3", `lead.role == "owner"`)
	}
	d := depth - 1
	order := []string{"==", "!=", "<", "<=", ">", ">="}
	forms := 11
	if g.asks {
		forms = 13
	}
	switch rapid.IntRange(0, forms).Draw(g.T, "form") {
	case 0:
		return "(" + g.boolean(d) + " and " + g.boolean(d) + ")"
	case 1:
		return "(" + g.boolean(d) + " or " + g.boolean(d) + ")"
	case 2:
		return "not (" + g.boolean(d) + ")"
	case 3:
		return "(" + g.integer(d) + " " + g.pick("op", order...) + " " + g.integer(d) + ")"
	case 4:
		return "(" + g.number(d) + " " + g.pick("op", order...) + " " + g.number(d) + ")"
	case 5:
		return "(" + g.text(d) + " " + g.pick("op", append(order, "contains", "startsWith", "endsWith")...) + " " + g.text(d) + ")"
	case 6:
		return "(" + g.moment(d) + " " + g.pick("op", order...) + " " + g.moment(d) + ")"
	case 7:
		return "(" + g.integer(d) + g.pick("in", " in [0, 1, 5]", " in 0..5", " not in [-3, 2, 4]") + ")"
	case 8:
		return "(" + g.text(d) + g.pick("in", ` in ["owner", "a"]`, ` in ["Paris", "b", "c", "d", "e", "f", "g", "h", "ab"]`, ` matches "^[a-z]+$"`) + ")"
	case 9:
		return "(" + g.text(d) + " in lead.tags)"
	case 10:
		return g.pick("list", "any", "all", "none", "one") + "(lead.tags, # == " + g.text(d) + " or len(#) > 1)"
	case 11:
		return "(" + g.boolean(d) + " ? " + g.boolean(d) + " : " + g.boolean(d) + ")"
	case 12:
		return "is_empty(" + g.pick("field", "lead.visits", "lead.city", "lead.tags", "lead.estimated_at") + ")"
	}
	return g.pick("nil", "(lead.visits != nil and lead.visits > 2)", "(lead.media_zone ?? false)", `(lead.city == nil or lead.city < "Paris")`, "(lead.estimated_at == nil)")
}

func (g generator) integer(depth int) string {
	if depth == 0 {
		return g.pick("whole", "lead.score", "lead.visits", "lead.attempts", "0", "1", "7", "-2", "len(lead.city)", "len(lead.tags)")
	}
	d := depth - 1
	forms := []string{"(%s + %s)", "(%s - %s)", "(%s * %s)", "min(%s, %s)", "max(%s, %s)", "(lead.in_wallet ? %s : %s)"}
	if g.asks {
		forms = append(forms, "((lead.visits ?? %s) + %s)")
	}
	if !g.safe {
		forms = append(forms, "(%s %% %s)")
	}
	return g.two(forms, g.integer(d), g.integer(d))
}

func (g generator) two(forms []string, a, b string) string {
	return fmt.Sprintf(rapid.SampledFrom(forms).Draw(g.T, "form"), a, b)
}

func (g generator) number(depth int) string {
	if depth == 0 {
		return g.pick("number", "lead.estimated_price", "lead.living_area", "0.5", "1e3", "-2.25")
	}
	d := depth - 1
	if rapid.Bool().Draw(g.T, "mixed") {
		forms := []string{"(%s + %s)", "(%s * %s)", "(%s - %s)"}
		if !g.safe {
			forms = append(forms, "(%s / %s)", "(%s ^ %s)")
		}
		return g.two(forms, g.integer(d), g.number(d))
	}
	forms := []string{"(%s + %s)", "(%s - %s)", "max(%s, %s)", "min(%s, %s)", "(floor(%s) - ceil(%s))"}
	if !g.safe {
		forms = append(forms, "(%s / %s)", "(abs(%s) ^ round(%s))")
	}
	return g.two(forms, g.number(d), g.number(d))
}

func (g generator) text(depth int) string {
	if depth == 0 {
		return g.pick("text", "lead.city", "lead.country", "lead.id", "contact.phone", `"a"`, `"Paris"`)
	}
	d := depth - 1
	return g.two([]string{"(%s + %s)", "(lead.in_wallet ? %s : %s)", "(lower(%s) + upper(%s))", `trim(%s + " ") + string(len(%s))`, `trimPrefix(%s, %s)`}, g.text(d), g.text(d))
}

func (g generator) moment(depth int) string {
	if depth == 0 {
		return g.pick("time", "lead.estimated_at", "lead.created_at", "now", `date("2026-03-01")`)
	}
	return g.two([]string{"(%s + hours(%s))", "(%s - hours(%s))", "(%s + days(%s))"}, g.moment(depth-1), g.pick("n", "1", "2.5", "lead.attempts"))
}

// drawLead draws a lead whose required fields and those in filled have a value.
func drawLead(t *rapid.T, s *Schema, filled []int) row {
	lead := row{}
	for col, f := range s.fields {
		if f.Name == nowField || !f.Required && !slices.Contains(filled, col) && rapid.Bool().Draw(t, f.Name+" empty") {
			continue
		}
		lead[f.Name] = drawValue(t, f)
	}
	return lead
}

func drawValue(t *rapid.T, f Field) any {
	switch f.Type {
	case Integer:
		return rapid.IntRange(-3, 9).Draw(t, f.Name)
	case Number:
		return rapid.SampledFrom([]float64{-2, 0, 0.5, 3, 1e6}).Draw(t, f.Name)
	case Boolean:
		return rapid.Bool().Draw(t, f.Name)
	case Time:
		return time.UnixMilli(rapid.Int64Range(1_760_000_000_000, 1_800_000_000_000).Draw(t, f.Name))
	case Duration:
		return time.Duration(rapid.IntRange(0, 1000).Draw(t, f.Name)) * time.Minute
	case TextList:
		return rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "Paris", "vip"}), 1, 3).Draw(t, f.Name)
	case Choice:
		return rapid.SampledFrom(f.Values).Draw(t, f.Name)
	}
	return rapid.SampledFrom([]string{"a", "b", "Paris", "owner", "ab", "Été", "z" + strconv.Itoa(7)}).Draw(t, f.Name)
}
