package terminal_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"callsheet/runner/internal/terminal"
)

// screen is a pseudo-terminal of the given width: what a person would see is
// sent to the channel when the file is closed.
func screen(t *testing.T, width uint16) (*os.File, <-chan string) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here:", err)
	}
	var number, unlock uint32
	size := [4]uint16{24, width}
	ioctl(t, master, syscall.TIOCSPTLCK, unsafe.Pointer(&unlock))
	ioctl(t, master, syscall.TIOCGPTN, unsafe.Pointer(&number))
	ioctl(t, master, syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	file, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here:", err)
	}
	seen := make(chan string, 1)
	go func() {
		defer master.Close()
		var all strings.Builder
		buffer := make([]byte, 4096)
		for {
			n, err := master.Read(buffer)
			all.Write(buffer[:n])
			// The master fails with EIO once nobody has the other side open.
			if err != nil {
				seen <- strings.ReplaceAll(all.String(), "\r\n", "\n")
				return
			}
		}
	}()
	return file, seen
}

func ioctl(t *testing.T, file *os.File, request uintptr, argument unsafe.Pointer) {
	t.Helper()
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, file.Fd(), request, uintptr(argument)); errno != 0 {
		t.Skip("no pseudo-terminals here:", errno)
	}
}

// shown runs a command on a screen of 40 columns and gives what was seen.
func shown(t *testing.T, run func(*terminal.Terminal)) string {
	t.Helper()
	file, seen := screen(t, 40)
	term, err := terminal.New(file, file, "")
	if err != nil {
		t.Fatal(err)
	}
	run(term)
	file.Close()
	return <-seen
}

// TestTableOnScreen checks that a wide table is cut in the middle: what a row
// is about and what follows from it stay readable.
func TestTableOnScreen(t *testing.T) {
	got := shown(t, func(term *terminal.Terminal) {
		err := term.Table(terminal.Columns("lead", "name", "city", "why"), [][]any{
			{"L-000000001", "Zoé Moreau de la Tour", "Saint-Denis", "over_capacity"},
		})
		if err != nil {
			t.Error(err)
		}
	})
	want := "LEAD         NAME      CITY      WHY\nL-000000001  Zoé Mor…  Saint-D…  over_capacity\n"
	if got != want {
		t.Errorf("seen:\n%s\nwant:\n%s", got, want)
	}
}

func progressAndWarning(term *terminal.Terminal) {
	bar := term.Progress("scoring", 10)
	bar.Add(4)
	term.Warn("one rule is slow")
	time.Sleep(250 * time.Millisecond)
	bar.Add(6)
	bar.Done()
	term.Warn("after the bar")
}

func TestBarOnScreen(t *testing.T) {
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	got := shown(t, progressAndWarning)
	for _, want := range []string{"scoring", "40%", "done!", "█", "\x1b[33mwarning:\x1b[0m one rule is slow\n", "\x1b[33mwarning:\x1b[0m after the bar\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
	if !strings.HasSuffix(got, "after the bar\n") {
		t.Errorf("something was drawn after the bar was done: %q", got)
	}
}

func TestBarWithoutColour(t *testing.T) {
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "1")
	got := shown(t, progressAndWarning)
	if !strings.Contains(got, "█") || !strings.Contains(got, "\nwarning: after the bar\n") {
		t.Errorf("bar or warning missing: %q", got)
	}
	if strings.Contains(got, "\x1b[3") {
		t.Errorf("coloured: %q", got)
	}
}

func TestDumbTerminal(t *testing.T) {
	t.Setenv("TERM", "dumb")
	got := shown(t, progressAndWarning)
	want := "scoring 40% 4/10\nwarning: one rule is slow\nscoring 100% 10/10\nwarning: after the bar\n"
	if got != want {
		t.Errorf("seen %q, want %q", got, want)
	}
}

// TestTwoBars checks that only one bar is drawn at a time.
func TestTwoBars(t *testing.T) {
	t.Setenv("TERM", "xterm")
	got := shown(t, func(term *terminal.Terminal) {
		first, second := term.Progress("first", 10), term.Progress("second", 10)
		second.Add(10)
		second.Done()
		first.Done()
	})
	if !strings.Contains(got, "second 100% 10/10\n") || !strings.Contains(got, "first") {
		t.Errorf("seen %q", got)
	}
}
