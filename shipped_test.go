package callsheet_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"callsheet"
)

// Every file that a rule book may have must ship, because another book may
// lack any of them.
func TestShippedBookIsComplete(t *testing.T) {
	t.Parallel()
	files := []string{
		"campaigns.yaml", "scoring.yaml", "rules/calendars.yaml", "rules/callbacks.yaml", "rules/dialers.yaml", "rules/fields.yaml",
		"rules/leads.yaml", "rules/packs/fr.yaml", "rules/recovery.yaml", "rules/transfers.yaml", "rules/wrapups.yaml",
	}
	for _, name := range files {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if info, err := fs.Stat(callsheet.Shipped(), name); err != nil || info.Size() == 0 {
				t.Errorf("Stat(%q) = %v, %v; want a file that is not empty", name, info, err)
			}
		})
	}
}

// embed leaves out names that begin with a dot or an underscore: a rule file
// named so would be missing from the program without a word.
func TestShippedBookIsThatOfTheRepository(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir("rules", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		want, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		got, err := fs.ReadFile(callsheet.Shipped(), filepath.ToSlash(path))
		if err != nil || string(got) != string(want) {
			t.Errorf("%s: the embedded file differs from the one in the folder (%v)", path, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
