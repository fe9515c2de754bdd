// Package terminal is the one place that knows tables, colours, progress bars
// and whether somebody looks at the output or a pipe takes it. Data goes to
// Out in the format the user asked for, messages and progress go to Err.
package terminal

import (
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/term"
)

// Format is the form in which data is printed, as the option -o names it.
type Format string

// The formats that New accepts.
const (
	Table Format = "table" // aligned columns for people
	JSON  Format = "json"  // an array of objects
	CSV   Format = "csv"   // a header line and a line a row
)

// Terminal prints the results and messages of one command. Its methods may be
// called from several goroutines.
type Terminal struct {
	// Out takes the data.
	Out io.Writer
	// Err takes messages, warnings and progress.
	Err io.Writer
	// Format is the form of tables.
	Format Format
	// Now stamps the plain progress lines of a pipe; nil leaves them without.
	Now func() time.Time

	width    int  // columns of Out, 0 when it is no terminal
	errWidth int  // columns of Err, likewise
	colour   bool // Err may be coloured
	bars     bool // Err can move its cursor

	mu   sync.Mutex
	bar  *Bar  // the bar being drawn, if any
	lost error // of the first line of data that could not be written
}

// New is the terminal over the two streams. Streams that are terminals get
// tables cut to their width, colours and bars, unless NO_COLOR is set (no
// colours) or TERM is "dumb" (neither); everything else gets plain text. An
// empty format means table; one that is not known is an error.
func New(stdout, stderr io.Writer, format string) (*Terminal, error) {
	if format == "" {
		format = string(Table)
	}
	if !slices.Contains([]Format{Table, JSON, CSV}, Format(format)) {
		return nil, fmt.Errorf("unknown output format %q: write table, json or csv", format)
	}
	t := &Terminal{Out: stdout, Err: stderr, Format: Format(format)}
	t.width, _ = screen(stdout)
	t.errWidth, t.bars = screen(stderr)
	t.bars = t.bars && os.Getenv("TERM") != "dumb"
	t.colour = t.bars && os.Getenv("NO_COLOR") == ""
	return t, nil
}

// screen gives the width of a stream that is a terminal.
func screen(stream any) (width int, ok bool) {
	file, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0, true
	}
	return width, true
}

// Printf prints a line of data, such as the summary of a run. The line end is
// added. When it cannot be written, Lost says so at the end.
func (t *Terminal) Printf(format string, args ...any) {
	_, err := fmt.Fprintf(t.Out, format+"\n", args...)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lost == nil {
		t.lost = err
	}
}

// Lost is why a line of data could not be written, nil when all were.
func (t *Terminal) Lost() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lost == nil {
		return nil
	}
	return fmt.Errorf("some of the output is lost: %w", t.lost)
}

// Note prints a message for people. The line end is added.
func (t *Terminal) Note(format string, args ...any) {
	t.message(fmt.Sprintf(format, args...))
}

// Warn prints a warning: something went wrong that does not stop the work.
// The line end is added.
func (t *Terminal) Warn(format string, args ...any) {
	mark := "warning:"
	if t.colour {
		mark = "\x1b[33mwarning:\x1b[0m"
	}
	t.message(mark + " " + fmt.Sprintf(format, args...))
}

// message prints above the bar that is being drawn, if any, so that neither
// overwrites the other.
func (t *Terminal) message(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.bar != nil {
		t.bar.writer.Log("%s", line)
		return
	}
	fmt.Fprintln(t.Err, line)
}
