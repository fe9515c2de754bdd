package intake

import "callsheet/runner/internal/crm"

// A field is reached by a pointer, and the type of the pointer says how a cell
// is read and what an empty cell does: it empties what may be empty and leaves
// alone what may not (int64, float64, bool, crm.Instant).

// phoneField is the facts that one phone cell fills.
type phoneField struct {
	e164, raw, country, national *string
}

// customField is a field that rules/fields.yaml adds.
type customField struct {
	lead *crm.Lead
	name string
}

// kindOf is the kind of cell that fills a built-in field.
func kindOf(field any) kind {
	switch field.(type) {
	case *int64, *crm.Maybe[int64]:
		return integer
	case *float64, *crm.Maybe[float64]:
		return number
	case *bool, *crm.Maybe[bool]:
		return boolean
	case *crm.Instant, *crm.Maybe[crm.Instant]:
		return moment
	case *[]string:
		return textList
	case *[]crm.Absence:
		return absences
	case phoneField:
		return ownPhone
	}
	return text
}

// assign puts the value of a cell into a field; nil is an empty cell.
func assign(field, value any) {
	switch f := field.(type) {
	case *string:
		*f, _ = value.(string)
	case *[]string:
		*f, _ = value.([]string)
	case *[]crm.Absence:
		*f, _ = value.([]crm.Absence)
	case *int64:
		keep(f, value)
	case *float64:
		keep(f, value)
	case *bool:
		keep(f, value)
	case *crm.Instant:
		keep(f, value)
	case *crm.Maybe[int64]:
		fill(f, value)
	case *crm.Maybe[float64]:
		fill(f, value)
	case *crm.Maybe[bool]:
		fill(f, value)
	case *crm.Maybe[crm.Instant]:
		fill(f, value)
	case phoneField:
		f.assign(value)
	case customField:
		f.assign(value)
	case callText:
		f.assign(value)
	}
}

func keep[T any](field *T, value any) {
	if v, ok := value.(T); ok {
		*field = v
	}
}

func fill[T any](field *crm.Maybe[T], value any) {
	field.V, field.Valid = value.(T)
}

func (f phoneField) assign(value any) {
	v, _ := value.(phoneValue)
	*f.e164, *f.raw = v.E164, v.raw
	if f.country != nil {
		*f.country, *f.national = v.Country, v.National
	}
}

func (f customField) assign(value any) {
	if value == nil {
		delete(f.lead.Custom, f.name)
		return
	}
	if f.lead.Custom == nil {
		f.lead.Custom = map[string]any{}
	}
	f.lead.Custom[f.name] = value
}
