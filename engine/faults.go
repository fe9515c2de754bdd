package engine

import (
	"fmt"
	"strings"

	"callsheet/engine/internal/yamltext"
)

// Codes of the faults that the rule book as a whole finds. Those of YAML
// begin with R0, those of expressions with R1, warnings with R3.
const (
	codeUnknownFile = "R201" // a YAML file under rules/ that no book has
	codeReserved    = "R202" // a condition that takes the name of an engine's own reason
	codeTwice       = "R203" // the same name where it must be unique
	codeUnknownName = "R204" // something that no file defines
	codeImpossible  = "R205" // values that contradict each other
	codeEmptiness   = "R121" // an exclusion that does not say what an empty value means
	codeMissingFile = "R206" // a file that neither the book nor the shipped one has
	codeStopsDialer = "R207" // an empty selection that would look like a stop signal
	codeBuiltin     = "R208" // a built-in field with another type
	codeUnusable    = "R209" // a file or folder that cannot be one of a book

	codeCap     = "R301" // more attempts than a pack lets through
	codeUseless = "R302" // a slot in which the packs let nobody be called
	codeExpired = "R303" // a waiver that has ended

	codeDead     = "R304" // an entry of a list that those above it leave nothing to
	codeNobody   = "R305" // a campaign that can take nobody
	codeIdle     = "R306" // a condition that makes no difference to anybody
	codeOverlap  = "R307" // campaigns that take the same leads in the same slot
	codeTwoSlots = "R308" // slots of a campaign that overlap
	codeNoGrade  = "R309" // scores without a grade
	codeNoTaker  = "R310" // a segment or type that no campaign takes
	codeNoReason = "R311" // a rule test that expects excluded without a reason
	codeNoCalls  = "R312" // a campaign that may call nobody

	codeNoValue   = "R401" // a value that no lead has
	codeNobodyNow = "R402" // a campaign that is for no lead, by its types or by its conditions
	codeSeparates = "R403" // a point rule that fires for all leads, or for none
	codeNoneTaken = "R404" // a campaign that chose nobody for days

	codeEnded = "R501" // a campaign whose last day is over
)

// Fault is one mistake in a rule file, with its place and how to mend it.
type Fault struct {
	Code    string `json:"code"`
	File    string `json:"file"`
	Line    int    `json:"line"`   // from 1
	Column  int    `json:"column"` // from 1, in characters
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	// Frame is the line with carets under the place and the hint beside them.
	Frame string `json:"-"`
}

// Warning says that the book can be put in force all the same.
func (f Fault) Warning() bool { return f.Code >= codeCap }

// Faults is every mistake of a rule book, in the order of files and lines.
type Faults struct {
	List []Fault
	// Files and Rules count what was read.
	Files, Rules int
}

// Error is one line a fault.
func (f *Faults) Error() string {
	lines := make([]string, len(f.List))
	for i, fault := range f.List {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// String is the fault in one line: place, code, message, hint.
func (f Fault) String() string {
	text := fmt.Sprintf("%s:%d:%d: %s %s", f.File, f.Line, f.Column, f.Code, f.Message)
	if f.Hint != "" {
		text += ": " + f.Hint
	}
	return text
}

func (l *loader) report(found []yamltext.Fault) *Faults {
	faults := &Faults{Files: l.book.Files, Rules: l.book.Rules}
	for _, f := range found {
		faults.List = append(faults.List, framed(f, l.faults.File(f.Pos.File)))
	}
	return faults
}

// framed is a fault with its line; file is nil when it was not read.
func framed(f yamltext.Fault, file *yamltext.File) Fault {
	return Fault{
		Code: f.Code, File: f.Pos.File, Line: f.Pos.Line, Column: f.Pos.Column, Message: f.Message, Hint: f.Hint,
		Frame: yamltext.Frame(f, file.Lines()),
	}
}
