package main

import (
	"cmp"
	"fmt"
	"time"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/terminal"
)

// describe collects the facts of a lead and scores it now, with its lines.
func (s *session) describe(lead *crm.Lead) shown {
	lines, score := s.desk.Breakdown(s.book, lead, s.now)
	out := shown{
		Facts: map[string]any{}, Score: score, Breakdown: lines, At: s.now.In(s.book.Zone).Format(time.RFC3339),
		Version: s.book.Short(), Decisions: []decided{},
	}
	for _, f := range crm.LeadFields() {
		value := s.fact(f.Of(lead))
		if value != nil && (f.Name == "contact.phone" || f.Name == "contact.phone_national") {
			value = terminal.Mask(fmt.Sprint(value))
		}
		out.Facts[f.Name] = value
		out.names = append(out.names, f.Name)
	}
	if lead.Phone == "" {
		out.Unusable = cmp.Or(terminal.Mask(lead.PhoneRaw), "nothing")
	}
	for _, f := range s.book.Fields {
		if f.Custom {
			value := lead.Custom[f.Name[len("lead."):]]
			if at, ok := value.(crm.Instant); ok {
				value = s.local(at)
			}
			out.Facts[f.Name] = value
			out.names = append(out.names, f.Name)
		}
	}
	return out
}

// fact is a stored fact as people read it; nil when it is empty.
func (s *session) fact(pointer any) any {
	switch v := pointer.(type) {
	case *string:
		if *v == "" {
			return nil
		}
		return *v
	case *int64:
		return *v
	case *bool:
		return *v
	case *crm.Instant:
		return s.local(*v)
	case *[]string:
		if len(*v) == 0 {
			return nil
		}
		return *v
	case *crm.Maybe[int64]:
		return orNil(v.V, v.Valid)
	case *crm.Maybe[float64]:
		return orNil(v.V, v.Valid)
	case *crm.Maybe[bool]:
		return orNil(v.V, v.Valid)
	case *crm.Maybe[crm.Instant]:
		return s.when(*v)
	}
	return nil
}

func orNil[T any](value T, filled bool) any {
	if !filled {
		return nil
	}
	return value
}

func (s *session) local(i crm.Instant) string { return i.Time().In(s.book.Zone).Format(time.RFC3339) }
