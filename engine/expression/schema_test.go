package expression

import (
	"testing"
	"time"
)

// testFields is a small vocabulary with a field of every type, empty and required ones.
func testFields() []Field {
	return []Field{
		{Name: "lead.id", Type: Text, Required: true, Label: "Lead"},
		{Name: "lead.score", Type: Integer, Required: true, Label: "Score"},
		{Name: "lead.visits", Type: Integer, Label: "Visits"},
		{Name: "lead.attempts", Type: Integer, Required: true, Label: "Call attempts"},
		{Name: "lead.estimated_price", Type: Number, Label: "Estimated price", Unit: "EUR"},
		{Name: "lead.living_area", Type: Number, Label: "Living area", Unit: "m2"},
		{Name: "lead.role", Type: Choice, Values: []string{"owner", "co_owner", "heir", "tenant", "buyer", "other"}, Label: "Role"},
		{Name: "lead.source", Type: Choice, Values: []string{"estimation", "form", "fsbo"}, Label: "Source"},
		{Name: "lead.city", Type: Text, Label: "City"},
		{Name: "lead.country", Type: Text, Label: "Country"},
		{Name: "lead.tags", Type: TextList, Label: "Tags"},
		{Name: "lead.media_zone", Type: Boolean, Label: "In a Media Zone"},
		{Name: "lead.in_wallet", Type: Boolean, Required: true, Label: "In a wallet"},
		{Name: "lead.estimated_at", Type: Time, Label: "Estimation made"},
		{Name: "lead.created_at", Type: Time, Required: true, Label: "Received"},
		{Name: "lead.wait", Type: Duration, Label: "Wait"},
		{Name: "contact.phone", Type: Phone, Required: true, Personal: true, Label: "Phone"},
		{Name: "call.due_at", Type: Time, Required: true, Label: "Due"},
	}
}

func paris(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func testSchema(t testing.TB) *Schema {
	t.Helper()
	s, err := NewSchema(testFields(), paris(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// row is one lead: what it does not name is empty.
type row map[string]any

// testNow is Monday 23 November 2026, 10:00 in Paris.
func testNow(t testing.TB) time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, paris(t)) }

func load(t testing.TB, s *Schema, leads ...row) *Batch {
	t.Helper()
	b := s.NewBatch(len(leads))
	b.SetNow(testNow(t))
	for i, lead := range leads {
		for name, value := range lead {
			set(t, s, b, name, i, value)
		}
	}
	return b
}

func set(t testing.TB, s *Schema, b *Batch, name string, i int, value any) {
	t.Helper()
	col, ok := s.Index(name)
	if !ok {
		t.Fatalf("no field %s", name)
	}
	switch x := value.(type) {
	case nil:
	case string:
		b.SetText(col, i, x)
	case int:
		b.SetInt(col, i, int64(x))
	case float64:
		b.SetFloat(col, i, x)
	case bool:
		b.SetBool(col, i, x)
	case time.Time:
		b.SetTime(col, i, x.UnixMilli())
	case time.Duration:
		b.SetTime(col, i, x.Milliseconds())
	case []string:
		b.SetList(col, i, x)
	default:
		t.Fatalf("field %s: no setter for %T", name, value)
	}
}

func mustCondition(t testing.TB, s *Schema, src string) *Condition {
	t.Helper()
	c, faults := s.Condition(src, Scope{})
	if len(faults) > 0 {
		t.Fatalf("%s: %+v", src, faults)
	}
	return c
}

func mustValue(t testing.TB, s *Schema, src string, want ...Type) *Value {
	t.Helper()
	v, faults := s.Value(src, Scope{}, want...)
	if len(faults) > 0 {
		t.Fatalf("%s: %+v", src, faults)
	}
	return v
}

func TestNewSchema(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	if got := len(s.Fields()); got != len(testFields())+1 {
		t.Errorf("%d fields, want those given and now", got)
	}
	if i, ok := s.Index("lead.score"); !ok || i != 1 {
		t.Errorf("lead.score is column %d, %v, want 1", i, ok)
	}
	if i, ok := s.Index("now"); !ok || !s.Fields()[i].Required || s.Fields()[i].Type != Time {
		t.Error("now is not a required time")
	}
	bad := map[string][]Field{
		"twice":     {{Name: "lead.a", Type: Text}, {Name: "lead.a", Type: Text}},
		"no root":   {{Name: "score", Type: Text}},
		"no type":   {{Name: "lead.a"}},
		"a keyword": {{Name: "not.a", Type: Text}},
		"too deep":  {{Name: "lead.a.b", Type: Text}},
	}
	for name, fields := range bad {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := NewSchema(fields, nil); err == nil {
				t.Error("no error")
			}
		})
	}
}
