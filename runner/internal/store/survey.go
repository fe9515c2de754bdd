package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"callsheet/runner/internal/crm"
)

// Survey is what is stored of one field over all leads that are not erased.
type Survey struct {
	Filled int
	// Frequent are the values of texts, lists and booleans that most leads
	// have, those of as many leads in order: of a list every text in it.
	Frequent []Frequency
	// Smallest, Median and Largest are those of numbers (int64 or float64) and
	// instants, nil where there is none. Of two in the middle the median is the
	// smaller one.
	Smallest, Median, Largest any
}

// Frequency is how many leads have a value: a string or a bool.
type Frequency struct {
	Value any
	Leads int
}

const living = `"status" <> 'erased'`

// CountLiving counts the leads that are not erased.
func (s *Store) CountLiving(ctx context.Context) (int, error) { return s.countLeads(ctx, living) }

// CountFilled counts those of them that have a built-in field.
func (s *Store) CountFilled(ctx context.Context, f crm.Field) (int, error) {
	return s.countLeads(ctx, having(f))
}

func (s *Store) countLeads(ctx context.Context, where string) (int, error) {
	var n int
	err := s.view(ctx, "count leads", func(ctx context.Context, q querier) error {
		return first(ctx, q, `SELECT COUNT(*) FROM "lead" WHERE `+where, nil, &n)
	})
	return n, err
}

// Survey looks at a built-in field and lists at most top of its values. It
// reads the whole table, of numbers twice.
func (s *Store) Survey(ctx context.Context, f crm.Field, top int) (Survey, error) {
	var found Survey
	err := s.view(ctx, "survey "+f.Name, func(ctx context.Context, q querier) (err error) {
		switch f.Of(new(crm.Lead)).(type) {
		case *string, *bool, *crm.Maybe[bool], *[]string:
			found, err = tally(ctx, q, f, top)
		default:
			found, err = span(ctx, q, f)
		}
		return err
	})
	return found, err
}

// stored is the SQL of a field, of a list its JSON text.
func stored(f crm.Field) string {
	_, name, _ := strings.Cut(f.Name, ".")
	if _, list := f.Of(new(crm.Lead)).(*[]string); list {
		return `CAST("` + name + `" AS TEXT)`
	}
	return `"` + name + `"`
}

// having holds for the leads that have a field.
func having(f crm.Field) string {
	switch f.Of(new(crm.Lead)).(type) {
	case *string:
		return living + " AND " + stored(f) + " <> ''"
	case *[]string:
		return living + " AND " + stored(f) + " <> '[]'"
	}
	return living + " AND " + stored(f) + " IS NOT NULL"
}

// tally counts the leads of each value.
func tally(ctx context.Context, q querier, f crm.Field, top int) (Survey, error) {
	var row struct {
		value      any
		leads, all int
	}
	query := "SELECT " + stored(f) + `, COUNT(*), CAST(SUM(COUNT(*)) OVER () AS BIGINT) FROM "lead" WHERE ` + having(f) +
		" GROUP BY " + stored(f) + " ORDER BY 2 DESC, 1"
	var args []any
	_, list := f.Of(new(crm.Lead)).(*[]string)
	if !list {
		query, args = query+" LIMIT $1", []any{top}
	}
	rows, err := q.QueryContext(ctx, query, args...)
	groups, err := scan(rows, err, []any{&row.value, &row.leads, &row.all}, &row)
	if err != nil || len(groups) == 0 {
		return Survey{}, err
	}
	t := newTally()
	for _, g := range groups {
		if err := t.stored(g.value, g.leads, list); err != nil {
			return Survey{}, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return Survey{Filled: groups[0].all, Frequent: t.most(top)}, nil
}

// span finds the smallest, the middle and the largest value.
func span(ctx context.Context, q querier, f crm.Field) (Survey, error) {
	var found Survey
	err := first(ctx, q, "SELECT COUNT(*), MIN("+stored(f)+"), MAX("+stored(f)+`) FROM "lead" WHERE `+having(f), nil,
		&found.Filled, &found.Smallest, &found.Largest)
	if err != nil || found.Filled == 0 {
		return Survey{}, err
	}
	err = first(ctx, q, "SELECT "+stored(f)+` FROM "lead" WHERE `+having(f)+" ORDER BY 1 LIMIT 1 OFFSET $1", []any{(found.Filled - 1) / 2}, &found.Median)
	switch f.Of(new(crm.Lead)).(type) {
	case *crm.Instant, *crm.Maybe[crm.Instant]:
		for _, value := range []*any{&found.Smallest, &found.Median, &found.Largest} {
			if ms, ok := (*value).(int64); ok {
				*value = crm.Instant(ms)
			}
		}
	}
	return found, err
}

// first scans the only row of a query.
func first(ctx context.Context, q querier, query string, args []any, into ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	_, err = scan(rows, err, into, new(struct{}))
	return err
}

// SurveyCustom looks at custom fields by name, each without "lead.", of all
// leads that are not erased.
func (s *Store) SurveyCustom(ctx context.Context, names []string, top int) (map[string]Survey, error) {
	tallies := map[string]*tallied{}
	for _, name := range names {
		tallies[name] = newTally()
	}
	for after := ""; ; {
		var row struct{ id, custom string }
		page := []struct{ id, custom string }{}
		err := s.view(ctx, "survey custom fields", func(ctx context.Context, q querier) error {
			rows, err := q.QueryContext(ctx, `SELECT "id", CAST("custom" AS TEXT) FROM "lead" WHERE `+living+` AND "id" > $1 ORDER BY "id" LIMIT 4096`, after)
			page, err = scan(rows, err, []any{&row.id, &row.custom}, &row)
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break
		}
		after = page[len(page)-1].id
		for _, lead := range page {
			custom, err := decodeCustom([]byte(lead.custom))
			if err != nil {
				return nil, fmt.Errorf("survey custom fields of lead %s: %w", lead.id, err)
			}
			for name, value := range custom {
				if t := tallies[name]; t != nil {
					t.add(value, 1)
				}
			}
		}
	}
	found := map[string]Survey{}
	for name, t := range tallies {
		found[name] = t.survey(top)
	}
	return found, nil
}

// tallied counts values as they come.
type tallied struct {
	filled int
	leads  map[any]int
	// wholes and reals are numbers and instants; at says that they are
	// instants.
	wholes []int64
	reals  []float64
	at     bool
}

func newTally() *tallied { return &tallied{leads: map[any]int{}} }

// stored adds what a column holds: a text, the JSON of a list, or 0 and 1.
func (t *tallied) stored(value any, leads int, list bool) error {
	text, isText := value.(string)
	if bytes, ok := value.([]byte); ok {
		text, isText = string(bytes), true
	}
	switch n, whole := value.(int64); {
	case whole:
		t.add(n != 0, leads)
	case isText && list:
		var texts []string
		if err := json.Unmarshal([]byte(text), &texts); err != nil {
			return err
		}
		t.add(texts, leads)
	case isText:
		t.add(text, leads)
	default:
		return fmt.Errorf("a %T is neither a text nor a truth value", value)
	}
	return nil
}

func (t *tallied) add(value any, leads int) {
	t.filled += leads
	switch v := value.(type) {
	case []string:
		texts := slices.Clone(v)
		slices.Sort(texts)
		for _, text := range slices.Compact(texts) {
			t.leads[text] += leads
		}
	case int64:
		t.wholes = append(t.wholes, v)
	case crm.Instant:
		t.wholes, t.at = append(t.wholes, int64(v)), true
	case float64:
		t.reals = append(t.reals, v)
	default:
		t.leads[v] += leads
	}
}

// most are the values of most leads.
func (t *tallied) most(top int) []Frequency {
	var all []Frequency
	for value, leads := range t.leads {
		all = append(all, Frequency{value, leads})
	}
	slices.SortFunc(all, func(a, b Frequency) int {
		return cmp.Or(cmp.Compare(b.Leads, a.Leads), strings.Compare(fmt.Sprint(a.Value), fmt.Sprint(b.Value)))
	})
	return all[:min(top, len(all))]
}

func (t *tallied) survey(top int) Survey {
	found := Survey{Filled: t.filled, Frequent: t.most(top)}
	switch {
	case len(t.reals) > 0:
		for _, n := range t.wholes { // a number without a fraction may be stored as a whole one
			t.reals = append(t.reals, float64(n))
		}
		slices.Sort(t.reals)
		found.Smallest, found.Median, found.Largest = t.reals[0], t.reals[(len(t.reals)-1)/2], t.reals[len(t.reals)-1]
	case len(t.wholes) > 0:
		slices.Sort(t.wholes)
		of := func(i int) any {
			if t.at {
				return crm.Instant(t.wholes[i])
			}
			return t.wholes[i]
		}
		found.Smallest, found.Median, found.Largest = of(0), of((len(t.wholes)-1)/2), of(len(t.wholes)-1)
	}
	return found
}
