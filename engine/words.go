package engine

import (
	"strings"

	"callsheet/engine/internal/yamltext"
)

// Word finds a field of the vocabulary by its name, such as lead.visits.
// Where there is none, near is the name that was probably meant, or empty: the
// word before the point may be left out.
func (b *RuleBook) Word(name string) (f Field, near string, ok bool) {
	var full, bare []string
	for _, f := range b.Fields {
		if f.Name == name {
			return f, "", true
		}
		_, short, _ := strings.Cut(f.Name, ".")
		full, bare = append(full, f.Name), append(bare, short)
	}
	if best, found := yamltext.Suggest(name, full); found {
		return Field{}, best, false
	}
	if best, found := yamltext.Suggest(name, bare); found {
		for i, short := range bare {
			if short == best {
				return Field{}, full[i], false
			}
		}
	}
	return Field{}, "", false
}
