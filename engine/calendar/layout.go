package calendar

import (
	"fmt"
	"strings"
	"time"
)

// Layout is how an external system writes a local time, compiled from words such as "DD/MM/YYYY hh:mm:ss".
type Layout struct {
	words string
	parts []part
	utc   bool
}

// part is one piece of a layout: a number of fixed width, or a literal character where unit is empty.
type part struct {
	unit    string
	literal byte
}

// ParseLayout compiles a layout. Capitals are the date (YYYY MM DD), small letters the time of day (hh mm ss, 24 hours); T, Z,
// spaces and punctuation stand for themselves. The date must be whole; minutes need hours and seconds need minutes. A Z at the
// very end says UTC, as in ISO 8601, whatever zone is asked for later.
func ParseLayout(words string) (Layout, error) {
	layout := Layout{words: words, utc: strings.HasSuffix(words, "Z")}
	for rest := words; rest != ""; {
		p, err := nextPart(rest)
		if err != nil {
			return Layout{}, fmt.Errorf("date layout %q: %w", words, err)
		}
		if p.unit != "" && layout.has(p.unit) {
			return Layout{}, fmt.Errorf("date layout %q: %s stands in it twice", words, p.unit)
		}
		layout.parts = append(layout.parts, p)
		rest = rest[p.width():]
	}
	if lacking := layout.lacking(); lacking != "" {
		return Layout{}, fmt.Errorf("date layout %q lacks %s: write it like DD/MM/YYYY hh:mm:ss", words, lacking)
	}
	return layout, nil
}

// lacking returns the first word without which the layout would leave an instant open.
func (l Layout) lacking() string {
	needed := []string{"YYYY", "MM", "DD"}
	if l.has("mm") || l.has("ss") {
		needed = append(needed, "hh")
	}
	if l.has("ss") {
		needed = append(needed, "mm")
	}
	for _, unit := range needed {
		if !l.has(unit) {
			return unit
		}
	}
	return ""
}

func nextPart(rest string) (part, error) {
	for _, unit := range []string{"YYYY", "MM", "DD", "hh", "mm", "ss"} {
		if strings.HasPrefix(rest, unit) {
			return part{unit: unit}, nil
		}
	}
	c := rest[0]
	if c == 'T' || c == 'Z' || strings.IndexByte(" /-.:,_", c) >= 0 {
		return part{literal: c}, nil
	}
	return part{}, fmt.Errorf("cannot read it from %q on: the words are YYYY MM DD hh mm ss", rest)
}

func (p part) width() int { return max(1, len(p.unit)) }

func (l Layout) has(unit string) bool {
	for _, p := range l.parts {
		if p.unit == unit {
			return true
		}
	}
	return false
}

// String returns the words of the layout.
func (l Layout) String() string { return l.words }

// Parse reads a local time in zone. It is strict: the whole text in exactly this layout, all digits there, a day and a time that
// exist; it does not trim. Parts that the layout leaves out are zero. The instant is UTC; [Wall.In] tells about anomaly and policy.
func (l Layout) Parse(text string, zone *time.Location, policy Policy) (time.Time, Anomaly, error) {
	w, err := l.ParseWall(text)
	if err != nil {
		return time.Time{}, "", err
	}
	if l.utc {
		zone = time.UTC
	}
	return w.In(zone, policy)
}

// ParseWall reads a local time as [Layout.Parse] does, without placing it in a zone.
func (l Layout) ParseWall(text string) (Wall, error) {
	var w Wall
	rest := text
	for _, p := range l.parts {
		number, ok := p.read(rest)
		if !ok {
			return Wall{}, fmt.Errorf("%q is not written as %s", text, l.words)
		}
		w.set(p.unit, number)
		rest = rest[p.width():]
	}
	if rest != "" {
		return Wall{}, fmt.Errorf("%q is not written as %s: %q is too much", text, l.words, rest)
	}
	if err := w.Date.check(); err != nil {
		return Wall{}, fmt.Errorf("%q is not a date (%s): %w", text, l.words, err)
	}
	if w.Hour > 23 || w.Minute > 59 || w.Second > 59 {
		return Wall{}, fmt.Errorf("%q has no time of day between 00:00:00 and 23:59:59 (%s)", text, l.words)
	}
	return w, nil
}

func (p part) read(rest string) (int, bool) {
	if p.unit == "" {
		return 0, rest != "" && rest[0] == p.literal
	}
	return digits(rest, 0, p.width())
}

func (w *Wall) set(unit string, number int) {
	switch unit {
	case "YYYY":
		w.Date.Year = number
	case "MM":
		w.Date.Month = time.Month(number)
	case "DD":
		w.Date.Day = number
	case "hh":
		w.Hour = number
	case "mm":
		w.Minute = number
	case "ss":
		w.Second = number
	}
}

func (w Wall) unit(unit string) int {
	switch unit {
	case "YYYY":
		return w.Date.Year
	case "MM":
		return int(w.Date.Month)
	case "DD":
		return w.Date.Day
	case "hh":
		return w.Hour
	case "mm":
		return w.Minute
	default:
		return w.Second
	}
}

// Format writes t as clocks in t's own location show it, or in UTC when the layout ends in Z. Years are those from 0 to 9999.
func (l Layout) Format(t time.Time) string {
	return string(l.Append(make([]byte, 0, len(l.words)), t))
}

// Append writes t at the end of line as [Layout.Format] does and returns the longer line.
func (l Layout) Append(line []byte, t time.Time) []byte {
	if l.utc {
		t = t.UTC()
	}
	w := WallOf(t)
	for _, p := range l.parts {
		if p.unit == "" {
			line = append(line, p.literal)
			continue
		}
		number := w.unit(p.unit)
		if p.width() == 4 {
			line = append(line, byte('0'+number/1000%10), byte('0'+number/100%10))
		}
		line = append(line, byte('0'+number/10%10), byte('0'+number%10))
	}
	return line
}
