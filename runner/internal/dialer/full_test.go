package dialer_test

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"callsheet/runner/internal/dialer"
)

// fullFolder tells the child process of TestDrainWithoutSpace that it is one,
// and where to write.
const fullFolder = "CALLSHEET_TEST_FULL_FOLDER"

// The limit on the size of files holds for a whole process: the disk is full
// in a child that runs this test alone.
func TestDrainWithoutSpace(t *testing.T) {
	if out := os.Getenv(fullFolder); out != "" {
		drainWithoutSpace(t, out)
		return
	}
	t.Parallel()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDrainWithoutSpace$", "-test.v", "-test.count=1")
	child.Env = append(os.Environ(), fullFolder+"="+t.TempDir())
	report, err := child.CombinedOutput()
	if err != nil || !strings.Contains(string(report), "--- PASS: TestDrainWithoutSpace") {
		t.Errorf("child: %v\n%s", err, report)
	}
}

func drainWithoutSpace(t *testing.T, out string) {
	text := rows(10_000)
	db := claimed(t, fileOf(morningName, 1, text))
	p := dialer.Publisher{Store: db, Out: out}

	unlimited := limitFiles(t, 64<<10)
	published, err := p.Drain(t.Context(), paris(t, 9, 31))
	restore(t, unlimited)
	if !errors.Is(err, syscall.EFBIG) || len(published) != 0 || !mentions(err, filepath.Join(out, morningName), "waits") {
		t.Errorf("Drain = %v, %v; want an error that names the file", published, err)
	}
	if found := append(stage(t, out), slices.Collect(maps.Keys(tree(t, out)))...); len(found) != 0 {
		t.Errorf("after the fault there are %v, want nothing", found)
	}

	if published, err = p.Drain(t.Context(), paris(t, 9, 32)); err != nil || !slices.Equal(names(published), []string{morningName}) {
		t.Errorf("Drain with space again = %v, %v; want %s published", published, err, morningName)
	}
	if got := tree(t, out)[morningName+" -rw-------"]; got != text {
		t.Errorf("the file has %d bytes, want %d", len(got), len(text))
	}
	if waiting := left(t, db); len(waiting) != 0 {
		t.Errorf("still waiting: %v", waiting)
	}
}

// limitFiles keeps the process from writing files longer than size, and gives
// the limit that held before.
func limitFiles(t *testing.T, size uint64) syscall.Rlimit {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	limited := before
	limited.Cur = size
	restore(t, limited)
	return before
}

func restore(t *testing.T, limit syscall.Rlimit) {
	t.Helper()
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
}
