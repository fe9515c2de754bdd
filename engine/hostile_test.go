package engine

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// Files that nobody meant as rules are findings: nothing crashes, nothing takes
// long, and nothing of what is in force changes.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x, x]\n"
	for c := 'b'; c < 'z'; c++ {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c, *%c, *%c]\n", c, c, c-1, c-1, c-1, c-1)
	}
	tests := map[string]struct {
		do    func(d *desk)
		finds string
	}{
		"NUL bytes":     {func(d *desk) { d.write("scoring.yaml", []byte("model: a\x00b\n")) }, "R011"},
		"invalid UTF-8": {func(d *desk) { d.write("scoring.yaml", []byte("model: \xff\xfe\n")) }, "R010"},
		"UTF-16":        {func(d *desk) { d.write("scoring.yaml", []byte("\xff\xfem\x00o\x00")) }, "R010"},
		"an alias bomb": {func(d *desk) { d.write("scoring.yaml", []byte(bomb)) }, "R016"},
		"50 MB": {func(d *desk) {
			d.write("scoring.yaml", bytes.Repeat([]byte("# a comment of some length, again and again\n"), 50<<20/44))
		}, "R012"},
		"50 MB on one line": {func(d *desk) { d.write("scoring.yaml", bytes.Repeat([]byte("x"), 50<<20)) }, "R012"},
		"deep nesting":      {func(d *desk) { d.write("scoring.yaml", []byte("a: "+strings.Repeat("[", 100_000))) }, "R0"},
		"10 000 files": {func(d *desk) {
			d.must(os.MkdirAll(d.path("rules/more"), 0o700))
			for i := range 10_000 {
				d.write(fmt.Sprintf("rules/more/f%05d.yaml", i), []byte("a: b\n"))
			}
		}, "more than 1000 rule files"},
		"a link to itself": {func(d *desk) {
			d.must(os.MkdirAll(d.path("rules"), 0o700))
			d.must(os.Symlink("loop.yaml", d.path("rules/loop.yaml")))
		}, "loop.yaml"},
		"a folder that leads back": {func(d *desk) {
			d.must(os.MkdirAll(d.path("rules"), 0o700))
			d.must(os.Symlink("..", d.path("rules/back")))
		}, "leads back"},
		"a link to nothing": {func(d *desk) {
			d.must(os.Remove(d.path("scoring.yaml")))
			d.must(os.Symlink("gone", d.path("scoring.yaml")))
		}, ""},
		"a folder as a file": {func(d *desk) {
			d.must(os.Remove(d.path("scoring.yaml")))
			d.must(os.Mkdir(d.path("scoring.yaml"), 0o700))
		}, "scoring.yaml"},
		"a device as a file": {func(d *desk) {
			d.must(os.Remove(d.path("scoring.yaml")))
			d.must(os.Symlink("/dev/zero", d.path("scoring.yaml")))
		}, "scoring.yaml"},
		"an unreadable file":   {func(d *desk) { d.must(os.Chmod(d.path("scoring.yaml"), 0)) }, "scoring.yaml"},
		"an unreadable folder": {func(d *desk) { d.must(os.MkdirAll(d.path("rules"), 0o700)); d.must(os.Chmod(d.path("rules"), 0)) }, "rules"},
		"tests of what does not exist": {func(d *desk) {
			d.must(os.MkdirAll(d.path("rules"), 0o700))
			d.write("rules/a_test.yaml", []byte("now: 2026-11-23T10:00:00\ntests:\n  one:\n    lead: nobody\n    campaign: PVX\n    expect: {type: XYZ}\n"))
		}, "PVX"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := &shelf{}
			d := opened(t, k)
			version := d.engine.Status().Version
			test.do(d)
			t.Cleanup(func() { _ = os.Chmod(d.path("rules"), 0o700) })
			begin := time.Now()
			change := d.reload()
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			if os.Geteuid() == 0 && strings.HasPrefix(name, "an unreadable") {
				t.Skip("nothing is unreadable for root")
			}
			if test.finds == "" { // as if it were not there
				return
			}
			if change.Kind != Refused || change.Version != version || d.engine.Book().Version != version {
				t.Fatalf("%s: %s is in force, was %s", change.Kind, change.Version, version)
			}
			text := change.Faults.Error()
			var faults *Faults
			if errors.As(change.Faults, &faults) {
				text = ""
				for _, f := range faults.List[:min(len(faults.List), 100)] {
					text += fmt.Sprintln(f, f.Frame)
				}
			}
			if !strings.Contains(text, test.finds) {
				t.Errorf("says %.300s, want %q", text, test.finds)
			}
			if len(text) > 200_000 {
				t.Errorf("says %d bytes", len(text))
			}
			k.savedExactly(t, version)
		})
	}
}
