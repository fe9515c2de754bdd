package expression

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// nowField is the name of the run's clock, which every schema has.
const nowField = "now"

// Field is one name that an expression may mention.
type Field struct {
	// Name is a dotted path of two parts, such as "lead.score".
	Name string
	// Type is what the field holds.
	Type Type
	// Required says that the field is never empty.
	Required bool
	// Values are the texts a Choice may hold. Without them every text is accepted.
	Values []string
	// Label and Unit are the words for people: "Estimated price", "EUR".
	Label, Unit string
	// Personal marks what identifies a person; Custom what the rule book added.
	Personal, Custom bool
}

// Schema is the closed vocabulary that expressions are checked against. It does not change after NewSchema and may be
// used from many goroutines.
type Schema struct {
	fields []Field
	index  map[string]int
	roots  []string
	loc    *time.Location
	now    int
	*meanings
}

// NewSchema builds the vocabulary from fields and adds "now", a required time, behind them. A field's column is its
// position. Dates and hours of the day are those of loc (nil means UTC). It is an error when a name stands twice, is
// not of the form root.name in letters, digits and underscores, or has no type.
func NewSchema(fields []Field, loc *time.Location) (*Schema, error) {
	if loc == nil {
		loc = time.UTC
	}
	s := &Schema{index: make(map[string]int, len(fields)+1), loc: loc, now: len(fields), meanings: &meanings{slots: map[string]*slot{}}}
	valid := regexp.MustCompile(`^[\pL_][\pL\pN_]*\.[\pL_][\pL\pN_]*$`)
	for i, f := range fields {
		if !valid.MatchString(f.Name) || slices.Contains(keywords(), strings.Split(f.Name, ".")[0]) {
			return nil, fmt.Errorf("field %d: %q is not a name of the form lead.score", i+1, f.Name)
		}
		if f.Type < Text || f.Type > TextList {
			return nil, fmt.Errorf("field %s has no type", f.Name)
		}
		if err := s.add(f); err != nil {
			return nil, err
		}
	}
	return s, s.add(Field{Name: nowField, Type: Time, Required: true, Label: "Now"})
}

func (s *Schema) add(f Field) error {
	if _, twice := s.index[f.Name]; twice {
		return fmt.Errorf("field %s stands twice in the vocabulary", f.Name)
	}
	f.Values = slices.Clone(f.Values)
	s.index[f.Name] = len(s.fields)
	s.fields = append(s.fields, f)
	if root, _, dotted := strings.Cut(f.Name, "."); dotted && !slices.Contains(s.roots, root) {
		s.roots = append(s.roots, root)
	}
	return nil
}

// Fields are the fields in order; the position is the column number. The last one is "now".
func (s *Schema) Fields() []Field { return slices.Clone(s.fields) }

// Index is the column of the field with this name.
func (s *Schema) Index(name string) (int, bool) {
	i, ok := s.index[name]
	return i, ok
}

// Location is the time zone of dates and hours of the day.
func (s *Schema) Location() *time.Location { return s.loc }

// Scope says which names of the schema one rule file may read.
type Scope struct {
	// Denied tells whether a field may not be read here, and why, as the end of a sentence: "the score is not known
	// yet". A nil Denied lets everything be read.
	Denied func(field string) (why string, denied bool)
}

func (s Scope) denied(field string) (string, bool) {
	if s.Denied == nil {
		return "", false
	}
	return s.Denied(field)
}
