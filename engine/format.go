package engine

import "callsheet/engine/internal/yamltext"

// Format is a rule file in the layout that all of them have. Only blanks,
// quotes and the lines of expressions that YAML would misread are edited:
// comments, order and every value stay, and the version of the book too. A file
// that cannot be read gives [*Faults], and comes back as it is.
func Format(file string, text []byte) ([]byte, error) {
	out, found, err := yamltext.Format(file, text)
	if err != nil || found.Len() == 0 {
		return out, err
	}
	faults := &Faults{}
	for _, f := range found.All() {
		faults.List = append(faults.List, framed(f, found.File(file)))
	}
	return out, faults
}
