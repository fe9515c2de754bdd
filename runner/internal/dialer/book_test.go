package dialer_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
)

// repository is the root of the module, where the shipped rule book stands.
const repository = "../../.."

// loadBook loads the rule book of a folder of the repository.
func loadBook(t testing.TB, folder string) *engine.RuleBook {
	t.Helper()
	book, err := engine.Load(os.DirFS(filepath.Join(repository, folder)), os.DirFS(repository))
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// loadDialect loads a book whose only dialer is written out.
func loadDialect(t testing.TB, dialect string) (*engine.RuleBook, *engine.Dialer) {
	t.Helper()
	campaigns, err := os.ReadFile(filepath.Join(repository, "fixtures/f0/campaigns.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	own := fstest.MapFS{
		"campaigns.yaml":     {Data: campaigns},
		"rules/dialers.yaml": {Data: []byte("dialers:\n  diabolocom-csv:\n" + dialect)},
	}
	book, err := engine.Load(own, os.DirFS(repository))
	if err != nil {
		t.Fatal(err)
	}
	return book, book.Dialers[0]
}

// dialect finds a dialer of a book.
func dialect(t testing.TB, book *engine.RuleBook, name string) *engine.Dialer {
	t.Helper()
	for _, d := range book.Dialers {
		if d.Name == name {
			return d
		}
	}
	t.Fatalf("the book has no dialer %s", name)
	return nil
}

// facts are what is known of one lead and its planned call, by field.
type facts map[string]any

// batch holds the facts of some leads.
func batch(t testing.TB, book *engine.RuleBook, leads ...facts) *expression.Batch {
	t.Helper()
	b := book.Schema.NewBatch(len(leads))
	for row, lead := range leads {
		for name, fact := range lead {
			column, ok := book.Schema.Index(name)
			if !ok {
				t.Fatalf("the book has no field %s", name)
			}
			switch v := fact.(type) {
			case string:
				b.SetText(column, row, v)
			case int:
				b.SetInt(column, row, int64(v))
			case float64:
				b.SetFloat(column, row, v)
			case bool:
				b.SetBool(column, row, v)
			case time.Time:
				b.SetTime(column, row, v.UnixMilli())
			default:
				t.Fatalf("%s: no fact is a %T", name, fact)
			}
		}
	}
	return b
}

// paris is a local time of 23 November 2026.
func paris(t testing.TB, hour, minute int) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, 11, 23, hour, minute, 0, 0, zone)
}
