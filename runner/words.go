package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// fieldWord is a field of the vocabulary and what the stored leads hold of it.
// What is not stored with leads, or of which there is none, is nil.
type fieldWord struct {
	Field      string        `json:"field"`
	Type       string        `json:"type"`
	Label      string        `json:"label"`
	Unit       string        `json:"unit"`
	MayBeEmpty bool          `json:"may_be_empty"`
	Personal   bool          `json:"personal"`
	Custom     bool          `json:"custom"`
	Values     []string      `json:"values"`
	ImportAs   []string      `json:"import_as"`
	Leads      any           `json:"leads"`
	Filled     any           `json:"filled"`
	Frequent   []fieldValue  `json:"frequent"`
	Smallest   any           `json:"smallest"`
	Median     any           `json:"median"`
	Largest    any           `json:"largest"`
	ReadBy     []fieldReader `json:"read_by,omitempty"`
}

// fieldValue is how many leads have a value.
type fieldValue struct {
	Value any `json:"value"`
	Leads int `json:"leads"`
}

// fieldReader is an expression that mentions a field.
type fieldReader struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Source string `json:"source"`
}

// survey looks at the stored leads field by field.
type survey struct {
	*session
	leads, top int
	stored     map[string]crm.Field
	custom     map[string]store.Survey
}

// newSurvey begins a survey that will be asked about fields. Custom ones are
// read at once.
func (s *session) newSurvey(ctx context.Context, fields []engine.Field, top int) (*survey, error) {
	look := &survey{session: s, top: top, stored: map[string]crm.Field{}}
	for _, f := range crm.LeadFields() {
		look.stored[f.Name] = f
	}
	var own []string
	for _, f := range fields {
		if f.Custom {
			own = append(own, strings.TrimPrefix(f.Name, "lead."))
		}
	}
	var err error
	if look.leads, err = s.store.CountLiving(ctx); err == nil && len(own) > 0 {
		look.custom, err = s.store.SurveyCustom(ctx, own, top)
	}
	return look, err
}

// word is a field and what the leads hold of it; of what identifies a person
// only how many have it.
func (look *survey) word(ctx context.Context, f engine.Field) (fieldWord, error) {
	w := fieldWord{
		Field: f.Name, Type: f.Type.String(), Label: f.Label, Unit: f.Unit, MayBeEmpty: !f.Required, Personal: f.Personal, Custom: f.Custom,
		Values: append([]string{}, f.Values...), ImportAs: append([]string{}, f.ImportAs...), Frequent: []fieldValue{},
	}
	column, builtin := look.stored[f.Name]
	found, own := look.custom[strings.TrimPrefix(f.Name, "lead.")]
	var err error
	switch {
	case look.leads == 0:
		return w, nil
	case builtin && f.Personal:
		found.Filled, err = look.store.CountFilled(ctx, column)
	case builtin:
		found, err = look.store.Survey(ctx, column, look.top)
	case !own || !f.Custom:
		return w, nil
	}
	w.Leads, w.Filled = look.leads, found.Filled
	if f.Personal {
		return w, err
	}
	w.Smallest, w.Median, w.Largest = look.shown(found.Smallest), look.shown(found.Median), look.shown(found.Largest)
	for _, v := range found.Frequent {
		if v.Leads > 1 || look.leads == 1 || len(f.Values) > 0 { // what every lead has for itself says nothing
			w.Frequent = append(w.Frequent, fieldValue{v.Value, v.Leads})
		}
	}
	return w, err
}

// shown is a number, or an instant in local time.
func (look *survey) shown(value any) any {
	if at, ok := value.(crm.Instant); ok {
		return look.local(at)
	}
	return value
}

// few is the beginning of a list, for a table of many rows.
func few(values []string) string {
	const most = 4
	if len(values) <= most+1 {
		return strings.Join(values, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(values[:most], ", "), len(values)-most)
}

func (w fieldWord) label() string {
	if w.Unit == "" {
		return w.Label
	}
	return w.Label + " (" + w.Unit + ")"
}

// share is a number of leads as a part of all, nil when there are none.
func (w fieldWord) share(leads any) any {
	n, counted := leads.(int)
	if !counted {
		return nil
	}
	all := w.Leads.(int)
	percent := float64(100*n) / float64(all)
	if n > 0 && percent < 0.05 {
		return "< 0.1 %"
	}
	if n < all && percent > 99.9 {
		return "> 99.9 %"
	}
	return strconv.FormatFloat(percent, 'f', 1, 64) + " %"
}

// seen is what the leads hold in one line.
func (w fieldWord) seen() string {
	if w.Smallest != nil {
		return fmt.Sprintf("%s to %s, median %s", short(w.Smallest), short(w.Largest), short(w.Median))
	}
	var parts []string
	for _, v := range w.Frequent {
		parts = append(parts, fmt.Sprintf("%s %s", inWords(v.Value), w.share(v.Leads)))
	}
	return strings.Join(parts, ", ")
}

// short is a number, or the date of an instant.
func short(value any) string {
	switch v := value.(type) {
	case string:
		day, _, _ := strings.Cut(v, "T")
		return day
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}

func inWords(value any) string {
	switch value {
	case true:
		return "yes"
	case false:
		return "no"
	}
	return fmt.Sprint(value)
}

// frequencies are values with their leads for a CSV.
func frequencies(values []fieldValue) []string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = fmt.Sprintf("%v=%d", v.Value, v.Leads)
	}
	return texts
}
