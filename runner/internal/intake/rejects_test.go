package intake_test

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"callsheet/runner/internal/intake"
)

// imported reads a file of leads the way an import does, and gives the ids
// that were stored.
func imported(t rapid.TB, path string) []string {
	t.Helper()
	s, err := intake.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	reader, err := intake.Leads(s, nil, intake.NewPhones(), paris(t))
	if err != nil {
		t.Fatal(err)
	}
	rejects := intake.NewRejects(path, s.Columns())
	defer rejects.Discard()
	var ids []string
	for _, row := range rows(t, reader) {
		if row.Reject == "" {
			ids = append(ids, row.ID)
		} else if err := rejects.Add(row.Line, row.Raw, row.Reject); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := rejects.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

func write(t rapid.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRejects(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "leads.csv")
	write(t, path, "id;phone;last_name;rooms\n"+
		"L1;0199000001;Roux;4\n"+
		"L2;+33 (0)1 99 00 00 02;\"=HYPERLINK(\"\"http://x\"\")\";four\n"+
		"L3;0199000003\n"+
		"L4;0199000004;Blanc;4;5\n"+
		"L5;0199000005;the \"big\" one;4\n")
	if diff := cmp.Diff([]string{"L1"}, imported(t, path)); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	got, err := os.ReadFile(path + ".rejects.csv")
	if err != nil {
		t.Fatal(err)
	}
	want := "id,phone,last_name,rooms,line,reason\n" +
		`L2,+33 (0)1 99 00 00 02,"=HYPERLINK(""http://x"")",four,3,"rooms ""four"" is no whole number: write digits alone, such as 12"` + "\n" +
		`L3,0199000003,4,"the row has 2 cells, the header has 4"` + "\n" +
		`L4,0199000004,Blanc,4,5,5,"the row has 5 cells, the header has 4"` + "\n" +
		`"L5;0199000005;the ""big"" one;4",6,the quotes are wrong at line 6: quote the whole cell and write a quote inside it twice` + "\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
	info, err := os.Stat(path + ".rejects.csv")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v: want 0600", info.Mode(), err)
	}

	t.Run("as they are, they are turned away again", func(t *testing.T) {
		again := filepath.Join(t.TempDir(), "leads.csv.rejects.csv")
		write(t, again, want)
		checkAgain(t, again)
	})
	t.Run("mended, they can be imported", func(t *testing.T) {
		mended := filepath.Join(t.TempDir(), "leads.csv.rejects.csv")
		write(t, mended, "id,phone,last_name,rooms,line,reason\nL2,+33 (0)1 99 00 00 02,Roux,4,3,bad number\n")
		if diff := cmp.Diff([]string{"L2"}, imported(t, mended)); diff != "" {
			t.Errorf("stored (-want +got):\n%s", diff)
		}
	})
	t.Run("removed when there are none any more", func(t *testing.T) {
		write(t, path, "id;phone\nL1;0199000001\n")
		imported(t, path)
		checkFolder(t, folder, "leads.csv")
	})
}

// checkAgain imports rejects, and the rejects of these: nothing may be stored,
// and the rows stay what they were but for line and reason.
func checkAgain(t rapid.TB, path string) {
	t.Helper()
	want := rejected(t, path)
	for range 2 {
		if stored := imported(t, path); len(stored) > 0 {
			t.Fatalf("%s: stored %q", filepath.Base(path), stored)
		}
		path += ".rejects.csv"
		if diff := cmp.Diff(want, rejected(t, path)); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", filepath.Base(path), diff)
		}
	}
}

// rejected is what a rejects file repeats: its rows without line and reason.
func rejected(t rapid.TB, path string) [][]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	in := csv.NewReader(file)
	in.FieldsPerRecord = -1
	rows, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		rows[i] = rows[i][:len(rows[i])-2]
	}
	return rows
}

// TestRejectsAgain imports the rejects of files of any rows.
func TestRejectsAgain(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		row := rapid.SliceOfN(rapid.SampledFrom([]string{"L1", "0199000001", "12", "-1", "", " ", "x;y", "a\"b", "\"a\"", "\"a\n\"\"b\"", "\"", "é"}), 1, 8)
		file := "id,phone,rooms\nL1,0199000001,x\n" // never without rejects
		for _, cells := range rapid.SliceOfN(row, 1, 6).Draw(t, "rows") {
			file += strings.Join(cells, ",") + "\n"
		}
		path := filepath.Join(folder, "leads.csv")
		write(t, path, file)
		imported(t, path)
		checkAgain(t, path+".rejects.csv")
	})
}

// TestRejectsOfOneColumn: a text that is one cell is not to become the only
// cell of a row.
func TestRejectsOfOneColumn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "agents.csv")
	write(t, path, "username\nana \"the\" one\na1,a2\n")
	for range 3 {
		s, err := intake.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		reader, err := intake.Agents(s)
		if err != nil {
			t.Fatal(err)
		}
		rejects := intake.NewRejects(path, s.Columns())
		for _, row := range rows(t, reader) {
			if row.Reject == "" {
				t.Errorf("%s: %q is stored", filepath.Base(path), row.ID)
			}
			if err := rejects.Add(row.Line, row.Raw, row.Reject); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(rejects.Close(), s.Close()); err != nil {
			t.Fatal(err)
		}
		path = rejects.Path()
		if diff := cmp.Diff([][]string{{"username"}, {"ana \"the\" one", ""}, {"a1", "a2"}}, rejected(t, path)); diff != "" {
			t.Errorf("rejects (-want +got):\n%s", diff)
		}
	}
}

// A row that somebody shortened while mending keeps what is left of it.
func TestRejectsMendedTooShort(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "leads.csv.rejects.csv")
	write(t, path, "id,phone,last_name,rooms,line,reason\nL1,0199000001,Roux,4\n")
	if stored := imported(t, path); len(stored) > 0 {
		t.Errorf("stored %q", stored)
	}
	want := [][]string{{"id", "phone", "last_name", "rooms"}, {"L1", "0199000001", "Roux", "4", ""}}
	if diff := cmp.Diff(want, rejected(t, path+".rejects.csv")); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
	checkAgain(t, path+".rejects.csv")
}

func checkFolder(t *testing.T, folder string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestRejectsOfNDJSON(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "leads.ndjson")
	write(t, path, `{"id":"L1","phone":"0199000001","rooms":"four"}`+"\n")
	imported(t, path)
	got, err := os.ReadFile(path + ".rejects.csv")
	if err != nil {
		t.Fatal(err)
	}
	want := "record,line,reason\n" +
		`"{""id"":""L1"",""phone"":""0199000001"",""rooms"":""four""}",1,"rooms ""four"" is no whole number: write digits alone, such as 12"` + "\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
}

// TestRejectsDiscarded checks that an import that was given up leaves the
// folder as it was.
func TestRejectsDiscarded(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "leads.csv")
	write(t, path+".rejects.csv", "of an earlier run")
	rejects := intake.NewRejects(path, []string{"id"})
	if err := rejects.Add(2, []string{"L1"}, "bad"); err != nil {
		t.Fatal(err)
	}
	if rejects.Count() != 1 || rejects.Path() != path+".rejects.csv" {
		t.Errorf("%d rows in %s", rejects.Count(), rejects.Path())
	}
	rejects.Discard()
	checkFolder(t, folder, "leads.csv.rejects.csv")
	if got, err := os.ReadFile(rejects.Path()); err != nil || string(got) != "of an earlier run" {
		t.Errorf("rejects %q, %v", got, err)
	}
}

func TestRejectsFolderMissing(t *testing.T) {
	t.Parallel()
	rejects := intake.NewRejects(filepath.Join(t.TempDir(), "none", "leads.csv"), []string{"id"})
	if err := rejects.Add(2, []string{"L1"}, "bad"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}
