package intake_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/intake"
)

// custom is the field that the shipped rule book adds, and one of each type.
func custom() []intake.Custom {
	return []intake.Custom{
		{Name: "id", Type: "text", ImportAs: []string{"external_id"}},
		{Name: "role", Type: "choice", Values: []string{"owner", "heir"}, ImportAs: []string{"qualité"}},
		{Name: "notary_ready", Type: "boolean", ImportAs: []string{"notaire_ok"}},
		{Name: "floor", Type: "integer"},
		{Name: "charges", Type: "number"},
		{Name: "heating", Type: "choice", Values: []string{"gas", "wood"}},
		{Name: "signed_at", Type: "time"},
		{Name: "second_phone", Type: "phone"},
		{Name: "interests", Type: "text_list"},
		{Name: "note", Type: "text"},
	}
}

func paris(t rapid.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func source(t testing.TB, name, text string) *intake.Source {
	t.Helper()
	s, err := intake.NewSource(name, strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// leads reads all rows of a file of leads.
func leads(t testing.TB, name, text string) []intake.LeadRow {
	t.Helper()
	reader, err := intake.Leads(source(t, name, text), custom(), intake.NewPhones(), paris(t))
	if err != nil {
		t.Fatal(err)
	}
	return rows(t, reader)
}

func rows[E any](t rapid.TB, reader *intake.Reader[E]) []intake.Row[E] {
	t.Helper()
	var all []intake.Row[E]
	for {
		row, err := reader.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
}

// lead is the new lead that a row makes.
func lead(t testing.TB, row intake.LeadRow) crm.Lead {
	t.Helper()
	if row.Reject != "" {
		t.Fatalf("line %d refused: %s", row.Line, row.Reject)
	}
	var l crm.Lead
	row.Set(&l, true)
	return l
}

// refusal is the error that a file of leads as a whole meets, which must be a
// *FileError.
func refusal(t testing.TB, name, text string) string {
	t.Helper()
	s, err := intake.NewSource(name, strings.NewReader(text), 0)
	if err == nil {
		var reader *intake.LeadReader
		if reader, err = intake.Leads(s, custom(), intake.NewPhones(), paris(t)); err == nil {
			for err == nil {
				_, err = reader.Next()
			}
		}
	}
	if err == io.EOF {
		return ""
	}
	var file *intake.FileError
	if !errors.As(err, &file) {
		t.Fatalf("error %v is no FileError", err)
	}
	return err.Error()
}
