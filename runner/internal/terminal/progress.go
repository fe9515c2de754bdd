package terminal

import (
	"fmt"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Bar shows how far a piece of work is. Its methods may be called from
// several goroutines.
type Bar struct {
	terminal *Terminal
	title    string
	total    int64

	// Drawn on a terminal; nil elsewhere.
	writer  progress.Writer
	tracker *progress.Tracker
	drawn   chan struct{} // closed when the last frame is out

	mu    sync.Mutex
	value int64
	tenth int64 // tenths of the total already told as plain lines
	done  bool
}

// Progress starts to show work of the given total: rows, bytes, whatever Add
// counts; 0 when nobody knows it. On a terminal it is a bar, elsewhere a plain
// line each time another tenth is done. Done must be called at the end; one
// bar is drawn at a time, others meanwhile are plain lines.
func (t *Terminal) Progress(title string, total int64) *Bar {
	b := &Bar{terminal: t, title: title, total: total}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.bars && t.bar == nil {
		b.draw()
		t.bar = b
	}
	return b
}

// draw starts the bar of a terminal.
func (b *Bar) draw() {
	b.tracker = &progress.Tracker{Message: b.title, Total: b.total, AutoStopDisabled: true}
	b.writer = progress.NewWriter()
	b.writer.SetOutputWriter(b.terminal.Err)
	b.writer.SetUpdateFrequency(100 * time.Millisecond)
	b.writer.SetTrackerLength(20)
	b.writer.SetTrackerPosition(progress.PositionRight)
	b.writer.SetTerminalWidth(b.terminal.errWidth)
	b.writer.SetStyle(barStyle(b.terminal.colour))
	b.writer.AppendTracker(b.tracker)
	b.drawn = make(chan struct{})
	go func() {
		defer close(b.drawn)
		b.writer.Render()
	}()
}

func barStyle(colour bool) progress.Style {
	style := progress.StyleBlocks
	style.Options.PercentFormat = "%3.0f%%"
	style.Visibility.ETA = true
	style.Visibility.Speed = true
	style.Visibility.Time = false
	if colour {
		style.Colors.Tracker = text.Colors{text.FgGreen}
	}
	return style
}

// Add says that n more of the total are done.
func (b *Bar) Add(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.value += n
	if b.tracker != nil {
		b.tracker.Increment(n)
		return
	}
	if b.total <= 0 {
		return
	}
	if tenth := min(b.value, b.total) * 10 / b.total; tenth > b.tenth {
		b.tenth = tenth
		b.line(fmt.Sprintf("%s %d%% %d/%d", b.title, tenth*10, b.value, b.total))
	}
}

// Done ends the display: the bar stays as it was last, and when nobody knew
// the total a plain line tells what was counted. Calling it again does
// nothing.
func (b *Bar) Done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.done {
		return
	}
	b.done = true
	if b.tracker != nil {
		b.settle()
		return
	}
	if b.total <= 0 {
		b.line(fmt.Sprintf("%s %d", b.title, b.value))
	}
}

// settle leaves the last frame on the terminal and gives it back to messages.
// It keeps messages out meanwhile: one that comes after the last frame would
// never be drawn.
func (b *Bar) settle() {
	b.terminal.mu.Lock()
	defer b.terminal.mu.Unlock()
	if b.total <= 0 || b.value >= b.total {
		b.tracker.MarkAsDone()
	}
	b.terminal.bar = nil
	for {
		// Stop does nothing when the drawing has not begun yet.
		b.writer.Stop()
		select {
		case <-b.drawn:
			return
		case <-time.After(time.Millisecond):
		}
	}
}

// line prints one plain line of progress.
func (b *Bar) line(text string) {
	if now := b.terminal.Now; now != nil {
		text = now().Format(time.RFC3339) + " " + text
	}
	b.terminal.message(text)
}
