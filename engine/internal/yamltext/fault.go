package yamltext

import (
	"cmp"
	"fmt"
	"slices"
)

// Pos is a place in a rule file. Line and Column are 1-based; Column counts runes of the raw line, a byte order mark at
// the beginning of the file not included.
type Pos struct {
	File         string
	Line, Column int
}

// String returns the place in the form editors jump to: "rules/leads.yaml:4:22".
func (p Pos) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// Fault is one mistake in a rule file: what is wrong, where, and how to mend it.
type Fault struct {
	Code    string // R and three digits
	Pos     Pos    // first character concerned
	Width   int    // runes concerned, at least 1
	Message string // what is wrong, in words of the author of the file
	Hint    string // how to mend it; may be empty
}

// Error returns "file:line:column: CODE message", without the hint.
func (f Fault) Error() string { return fmt.Sprintf("%s: %s %s", f.Pos, f.Code, f.Message) }

// Faults collects the faults of the files of one rule book. The zero value is ready to use; it belongs to one goroutine.
type Faults struct {
	files []*File
	list  []Fault
	wants *Wants // nil: nobody listens
}

// Add records a fault; a width below 1 becomes 1.
func (fs *Faults) Add(f Fault) {
	f.Width = max(f.Width, 1)
	fs.list = append(fs.list, f)
}

// Len returns the number of faults that All returns.
func (fs *Faults) Len() int { return len(fs.All()) }

// All returns the faults without repetitions, in the order in which their files were parsed (other files last, by name)
// and by place within a file.
func (fs *Faults) All() []Fault {
	order := make(map[string]int, len(fs.files))
	for i, f := range fs.files {
		order[f.Name] = i - len(fs.files)
	}
	all := slices.Clone(fs.list)
	slices.SortStableFunc(all, func(a, b Fault) int {
		return cmp.Or(
			cmp.Compare(order[a.Pos.File], order[b.Pos.File]),
			cmp.Compare(a.Pos.File, b.Pos.File),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(all, func(a, b Fault) bool {
		return a.Pos == b.Pos && a.Code == b.Code && a.Message == b.Message
	})
}

// File returns the parsed file of that name, nil when there is none.
func (fs *Faults) File(name string) *File {
	for _, f := range fs.files {
		if f.Name == name {
			return f
		}
	}
	return nil
}
