package engine

import (
	_ "embed"
	"strings"
)

//go:embed codes.txt
var codes string

// Code is what a code of a fault or a warning stands for.
type Code struct {
	Code    string `json:"code"`
	Meaning string `json:"meaning"`
	// Wrong is an example, Right how it is meant to be; both may be empty.
	Wrong string `json:"wrong,omitempty"`
	Right string `json:"right,omitempty"`
}

// Codes are all codes, in order. A code never changes its meaning.
func Codes() []Code {
	var all []Code
	for line := range strings.Lines(codes) {
		parts := append(strings.Split(strings.TrimSpace(line), "\t"), "", "")
		all = append(all, Code{parts[0], parts[1], parts[2], parts[3]})
	}
	return all
}
