package dispatch

import (
	"strings"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// facts copies what the rules read of leads and planned calls into a batch,
// and only that.
type facts struct {
	schema *expression.Schema
	reads  []string // what has to be read of leads, as read says
	fields []leadFact
	custom []customFact
	kind   int
	due    int
	exact  int
	agent  int
}

type leadFact struct {
	column int
	of     func(*crm.Lead) any
}

type customFact struct {
	column int
	name   string
	typ    expression.Type
}

// newFacts works out which columns of the book's batches need which facts.
func newFacts(book *engine.RuleBook) facts { return factsOf(book, append(book.Own(), book.Reads...)) }

// factsOf is for some columns only.
func factsOf(book *engine.RuleBook, columns []int) facts {
	f := facts{schema: book.Schema, reads: read(book, columns)}
	builtin := map[string]func(*crm.Lead) any{}
	for _, field := range crm.LeadFields() {
		builtin[field.Name] = field.Of
	}
	schema := book.Schema.Fields()
	needed := map[int]bool{}
	for _, column := range columns {
		if needed[column] {
			continue
		}
		needed[column] = true
		name := schema[column].Name
		if of, ok := builtin[name]; ok {
			f.fields = append(f.fields, leadFact{column, of})
		} else if schema[column].Custom {
			f.custom = append(f.custom, customFact{column, strings.TrimPrefix(name, "lead."), schema[column].Type})
		}
	}
	f.kind, _ = book.Schema.Index("call.kind")
	f.due, _ = book.Schema.Index("call.due_at")
	f.exact, _ = book.Schema.Index("call.agreed_exact_time")
	f.agent, _ = book.Schema.Index("agent.username")
	return f
}

// read names what has to be read of leads to fill columns of a book's batches,
// and to know what happened to their phones.
func read(book *engine.RuleBook, columns []int) []string {
	fields := []string{
		"lead.created_at", "lead.scored_at", "lead.attempts", "lead.attempts_30d", "lead.last_outcome", "lead.last_call_at",
		"lead.consent_at", "contact.phone",
	}
	schema := book.Schema.Fields()
	for _, column := range columns {
		if schema[column].Custom {
			fields = append(fields, "custom")
		} else {
			fields = append(fields, schema[column].Name)
		}
	}
	return fields
}

// lead fills one row with a lead.
func (f *facts) lead(b *expression.Batch, row int, l *crm.Lead) {
	for _, fact := range f.fields {
		set(b, fact.column, row, fact.of(l))
	}
	for _, fact := range f.custom {
		fact.set(b, row, l.Custom[fact.name])
	}
}

// call fills one row with a planned call and the agent it is for.
func (f *facts) call(b *expression.Batch, row int, c *crm.Call) {
	b.SetText(f.kind, row, c.Kind)
	b.SetTime(f.due, row, int64(c.DueAt))
	b.SetBool(f.exact, row, c.AgreedExactTime)
	b.SetText(f.agent, row, c.Agent)
}

// finished fills one row with a call that was made, as far as the book's
// schema knows of it.
func (f *facts) finished(b *expression.Batch, row int, r *crm.Record) {
	started := r.StartedAt
	if !started.Valid {
		started = crm.Some(r.At())
	}
	for name, fact := range map[string]any{
		"call.outcome": &r.Outcome, "call.wrapup": &r.Wrapup, "call.started_at": &started, "call.ended_at": &r.EndedAt,
		"call.talk_seconds": &r.TalkSeconds, "call.agreed_exact_time": &r.AgreedExactTime, "agent.username": &r.Agent,
	} {
		if column, ok := f.schema.Index(name); ok {
			set(b, column, row, fact)
		}
	}
}

func set(b *expression.Batch, column, row int, fact any) {
	switch v := fact.(type) {
	case *string:
		b.SetText(column, row, *v)
	case *int64:
		b.SetInt(column, row, *v)
	case *bool:
		b.SetBool(column, row, *v)
	case *crm.Instant:
		b.SetTime(column, row, int64(*v))
	case *[]string:
		b.SetList(column, row, *v)
	case *crm.Maybe[int64]:
		if v.Valid {
			b.SetInt(column, row, v.V)
		}
	case *crm.Maybe[float64]:
		if v.Valid {
			b.SetFloat(column, row, v.V)
		}
	case *crm.Maybe[bool]:
		if v.Valid {
			b.SetBool(column, row, v.V)
		}
	case *crm.Maybe[crm.Instant]:
		if v.Valid {
			b.SetTime(column, row, int64(v.V))
		}
	}
}

// set fills one row with a stored value. One of another type than the book
// now gives the field is empty: a type that was edited must not stop a start.
func (f customFact) set(b *expression.Batch, row int, value any) {
	switch v := value.(type) {
	case string:
		if f.typ == expression.Text || f.typ == expression.Choice || f.typ == expression.Phone {
			b.SetText(f.column, row, v)
		}
	case int64:
		if f.typ == expression.Integer || f.typ == expression.Number {
			b.SetInt(f.column, row, v)
		}
	case float64:
		if f.typ == expression.Number {
			b.SetFloat(f.column, row, v)
		}
	case bool:
		if f.typ == expression.Boolean {
			b.SetBool(f.column, row, v)
		}
	case crm.Instant:
		if f.typ == expression.Time {
			b.SetTime(f.column, row, int64(v))
		}
	case []string:
		if f.typ == expression.TextList {
			b.SetList(f.column, row, v)
		}
	}
}
