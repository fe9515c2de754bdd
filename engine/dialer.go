package engine

import (
	"callsheet/engine/calendar"
	"callsheet/engine/expression"
)

// Forms in which a dialer takes phone numbers.
const (
	E164       = "e164"         // +33199000001
	E164NoPlus = "e164_no_plus" // 33199000001
	National   = "national"     // 0199000001
)

// Stop signals of dialers.
const (
	StopHeaderOnly = "header_only" // a file with the header line and no row
	StopZeroBytes  = "zero_bytes"  // an empty file
	StopNone       = "none"        // an empty file does not stop this dialer
)

// Dialer is how the CSV of one dialer looks and how it gets there.
type Dialer struct {
	Name      string
	Version   int
	Delimiter rune
	// QuoteText puts every text and time in quotes; otherwise only where the
	// format needs them.
	QuoteText bool
	Header    bool
	Encoding  string // utf-8, utf-8-bom, windows-1252
	LineEnd   string // "\n" or "\r\n"
	Phone     string
	Time      calendar.Layout
	TimeUTC   bool   // times in UTC, else in the book's zone
	Empty     string // how an empty value is written
	// HighestFirst says that the highest priority is the most urgent.
	HighestFirst bool
	MaxRows      int
	StopSignal   string
	Transport    string // directory, sftp, http
	FileMode     uint32 // permission bits
	// GuardFormulas lists columns in which a cell that a spreadsheet would
	// take for a formula gets a leading apostrophe.
	GuardFormulas []string
	MaxLengths    map[string]int // runes, by column
	Columns       []Column
}

// Column is one column of a dialer's file.
type Column struct {
	Name  string
	value *expression.Value
}

// Eval gives the column's values for the leads of a batch.
func (c Column) Eval(b *expression.Batch) *expression.Vector { return c.value.Eval(b) }

// Source is the column's expression as the analyst wrote it.
func (c Column) Source() string { return c.value.Source() }
