package intake

import (
	"fmt"
	"strings"
	"unicode"
)

// table says what a file of one kind of entity may hold.
type table[E any] struct {
	columns []column[E]
	// required lists the columns without which no row can be stored; of the
	// columns of one entry, one is enough.
	required [][]string
	id       func(*E) string
	// fresh fills a new entity before its cells, settle completes any entity
	// after them; both may be nil.
	fresh    func(*E)
	settle   func(e *E, isNew bool)
	validate func(*E) error
}

// column is one column that a file may have.
type column[E any] struct {
	name    string // in full: "lead.visits"
	aliases []string
	kind    kind
	values  []string // of a choice; none means any
	of      func(*E) any
	onlyNew bool   // the program keeps it once the entity is stored
	refuse  string // why a column of this name is never taken
}

// short is the name without what comes before the dot.
func (c column[E]) short() string { return c.name[strings.IndexByte(c.name, '.')+1:] }

// fold makes spellings of a column name equal: case, spaces and hyphens do not
// matter.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return '_'
		}
		return unicode.ToLower(r)
	}, strings.TrimSpace(name))
}

// index finds columns by every name that a file may use for them: in full,
// without prefix, by alias. Where two want one name, the full one wins, then
// the column that comes first; an alias that is taken is an error, because it
// could never be used.
func (t *table[E]) index() (map[string]int, error) {
	byName := map[string]int{}
	for i, c := range t.columns {
		byName[fold(c.name)] = i
	}
	for i, c := range t.columns {
		if _, taken := byName[fold(c.short())]; !taken {
			byName[fold(c.short())] = i
		}
	}
	for i, c := range t.columns {
		for _, alias := range c.aliases {
			if j, taken := byName[fold(alias)]; taken && j != i {
				return nil, fmt.Errorf("%q cannot be a column for %s: it is one for %s already", alias, c.name, t.columns[j].name)
			}
			byName[fold(alias)] = i
		}
	}
	return byName, nil
}

// resolver finds the columns of a header or of an object's keys.
type resolver[E any] struct {
	*table[E]
	byName map[string]int
}

// resolve says which column each name is, or what is wrong with the names.
func (r resolver[E]) resolve(names []string) ([]int, error) {
	found := make([]int, len(names))
	from := make(map[int]string, len(names))
	for i, name := range names {
		c, ok := r.byName[fold(name)]
		if !ok {
			return nil, r.unknown(name)
		}
		if why := r.columns[c].refuse; why != "" {
			return nil, fmt.Errorf("column %q cannot be imported: %s", name, why)
		}
		if other, twice := from[c]; twice {
			return nil, fmt.Errorf("columns %q and %q are both %s: delete one", other, name, r.columns[c].name)
		}
		found[i], from[c] = c, name
	}
	return found, r.complete(from)
}

// complete says which required column is missing.
func (r resolver[E]) complete(have map[int]string) error {
	for _, either := range r.required {
		ok := false
		for _, name := range either {
			_, has := have[r.byName[name]]
			ok = ok || has
		}
		if !ok {
			return fmt.Errorf("there is no column %s: every row needs one", strings.Join(either, " or "))
		}
	}
	return nil
}

// unknown says that nobody knows a column, which known one is meant, and what
// could be there.
func (r resolver[E]) unknown(name string) error {
	hint := ""
	if near := nearest(fold(name), r.byName); near != "" {
		hint = fmt.Sprintf(" (did you mean %s?)", near)
	}
	var allowed []string
	for _, c := range r.columns {
		if c.refuse == "" {
			allowed = append(allowed, c.short())
		}
	}
	return fmt.Errorf("unknown column %q%s: the columns are %s", name, hint, strings.Join(allowed, ", "))
}
