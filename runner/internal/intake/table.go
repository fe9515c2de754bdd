package intake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// table says what a file of one kind of entity may hold.
type table[E any] struct {
	columns []column[E]
	// required lists the columns without which no row can be stored; of the
	// columns of one entry, one is enough.
	required [][]string
	// announced are likewise the columns that a CSV must have; a row of NDJSON
	// may lack them.
	announced [][]string
	id        func(*E) string
	// fresh fills a new entity before its cells, settle completes any entity
	// after them; both may be nil.
	fresh    func(*E)
	settle   func(e *E, isNew bool)
	validate func(*E) error
	// lax lets a file have columns that nobody knows.
	lax bool
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

// ignored stands for a column that nobody knows.
const ignored = -1

// unknown lists the names that are ignored.
func (r resolver[E]) unknown(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		_, known := r.byName[fold(name)]
		return known
	})
}

// resolve says which column each name is, or what is wrong with the names.
func (r resolver[E]) resolve(names []string) ([]int, error) {
	if err := r.known(names); err != nil {
		return nil, err
	}
	found := make([]int, len(names))
	from := make(map[int]string, len(names))
	for i, name := range names {
		c, known := r.byName[fold(name)]
		if !known {
			found[i] = ignored
			continue
		}
		if why := r.columns[c].refuse; why != "" {
			return nil, fmt.Errorf("column %q cannot be imported: %s", name, why)
		}
		if other, twice := from[c]; twice {
			return nil, fmt.Errorf("columns %q and %q are both %s: delete one", other, name, r.columns[c].name)
		}
		found[i], from[c] = c, name
	}
	return found, complete(r, from, r.required)
}

// announces says which column the header of a CSV lacks.
func (r resolver[E]) announces(names []string) error {
	have := map[int]string{}
	for _, name := range names {
		if c, known := r.byName[fold(name)]; known {
			have[c] = name
		}
	}
	return complete(r, have, r.announced)
}

// complete says which of the needed columns is missing.
func complete[E any](r resolver[E], have map[int]string, needed [][]string) error {
	for _, either := range needed {
		ok := false
		for _, name := range either {
			_, has := have[r.byName[fold(name)]]
			ok = ok || has
		}
		if !ok {
			return fmt.Errorf("there is no column %s: every row needs one", strings.Join(either, " or "))
		}
	}
	return nil
}

// known says which names nobody knows, and which known one each may mean; what
// could be there it lists only when one of them is like none.
func (r resolver[E]) known(names []string) error {
	if r.lax {
		return nil
	}
	var unknown []string
	lost := false
	for _, name := range names {
		if _, ok := r.byName[fold(name)]; ok {
			continue
		}
		if near := nearest(fold(name), r.byName); near != "" {
			unknown = append(unknown, fmt.Sprintf("%q (did you mean %s?)", name, near))
		} else {
			unknown, lost = append(unknown, strconv.Quote(name)), true
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	columns, allowed := "column", ""
	if len(unknown) > 1 {
		columns = "columns"
	}
	if lost {
		allowed = ": the columns are " + strings.Join(r.allowed(), ", ")
	}
	return fmt.Errorf("unknown %s %s%s", columns, strings.Join(unknown, ", "), allowed)
}

// allowed lists the columns that a file may have, by their short names.
func (r resolver[E]) allowed() []string {
	var names []string
	for _, c := range r.columns {
		if c.refuse == "" {
			names = append(names, c.short())
		}
	}
	return names
}
