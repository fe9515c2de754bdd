package dialer_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A disk that is full of other things stops a drain at one step or another,
// depending on what is left of it, in the files or in the database. With room
// again the next drain brings everything, once. Where nothing may be mounted,
// TestDrainWithoutSpace stands for it.
func TestDrainOnFullDisk(t *testing.T) {
	t.Parallel()
	mount := t.TempDir()
	if err := syscall.Mount("tmpfs", mount, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("no right to mount a tmpfs: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(mount, syscall.MNT_DETACH) })
	w := newWorldIn(t, mount)
	w.consume(w.in)
	stopped := 0
	filler := filepath.Join(mount, "filler")
	for left := range 16 {
		w.claim(6)
		fillUp(t, filler)
		shrink(t, filler, left<<12)
		published, err := w.publisher(w.db).Drain(t.Context(), time.UnixMilli(1))
		if err != nil {
			stopped++
			t.Logf("%d KiB left: %d files, then %v", left<<2, len(published), err)
		}
		remove(t, filler)
	}
	if stopped == 0 {
		t.Error("the full disk stopped no drain")
	}
	fillUp(t, filler)
	if err := syscall.Mount("tmpfs", mount, "tmpfs", syscall.MS_REMOUNT, "size=16m"); err != nil {
		t.Fatal(err)
	}
	w.check()
}

// fillUp writes a file until the disk is full.
func fillUp(t *testing.T, name string) {
	t.Helper()
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for page := make([]byte, 4096); err == nil; {
		_, err = file.Write(page)
	}
}

func shrink(t *testing.T, name string, by int) {
	t.Helper()
	info, err := os.Stat(name)
	if err == nil {
		err = os.Truncate(name, info.Size()-int64(by))
	}
	if err != nil {
		t.Fatal(err)
	}
}
