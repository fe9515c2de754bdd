package dialer_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dialer"
	"callsheet/runner/internal/store"
)

// killedFolder tells the child processes of TestDrainKilled that they are one,
// and where the database and the output folder are.
const killedFolder = "CALLSHEET_TEST_KILLED_FOLDER"

// A drain that is killed leaves no half file under a name that the dialer
// sees, and the next one finishes the work.
func TestDrainKilled(t *testing.T) {
	home := os.Getenv(killedFolder)
	if home != "" {
		drainAll(t, home)
		return
	}
	t.Parallel()
	home = t.TempDir()
	text := rows(300)
	files := make([]crm.File, 40)
	for i := range files {
		files[i] = fileOf(fmt.Sprintf("PVI/20261123-1000-IDF-%02d.csv", i+1), 1, text)
	}
	db := openStore(t, home)
	claim(t, db, files...)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, seen := range []int{1, 7, 20, 33} {
		killAfter(t, home, seen)
		for name, content := range tree(t, filepath.Join(home, "out")) {
			if strings.Contains(name, ".csv -") && content != text {
				t.Errorf("killed when %d files were seen: %s has %d bytes, want %d", seen, name, len(content), len(text))
			}
		}
	}
	drainAll(t, home)
	found := tree(t, filepath.Join(home, "out"))
	if len(found) != 2*len(files) || len(parts(t, filepath.Join(home, "out"))) != 0 {
		t.Errorf("%d files and manifests, want %d; half-written: %v", len(found), 2*len(files), parts(t, filepath.Join(home, "out")))
	}
}

func openStore(t *testing.T, home string) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(home, "callsheet.db"))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func drainAll(t *testing.T, home string) {
	t.Helper()
	db := openStore(t, home)
	defer db.Close()
	p := dialer.Publisher{Store: db, Out: filepath.Join(home, "out")}
	if _, err := p.Drain(t.Context(), paris(t, 9, 31)); err != nil {
		t.Fatal(err)
	}
	if names := left(t, db); len(names) != 0 {
		t.Errorf("still claimed: %v", names)
	}
}

// killAfter runs a drain in another process and kills it once that many files
// are seen in the output folder.
func killAfter(t *testing.T, home string, seen int) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDrainKilled$", "-test.count=1")
	child.Env = append(os.Environ(), killedFolder+"="+home)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("the drain failed before %d files were seen: %v", seen, err)
			}
			return // it was faster than the look at the folder
		case <-time.After(time.Millisecond):
		}
		if names, _ := filepath.Glob(filepath.Join(home, "out", "PVI", "*.csv")); len(names) >= seen {
			_ = child.Process.Kill()
			<-ended
			return
		}
	}
}
