package yamltext

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// scalar returns the text of a scalar; another node is reported. expected is what it should be, with an example.
func (n *Node) scalar(expected string) (string, bool) {
	if n == nil || n.spoiled {
		return "", false
	}
	if n.kind != Scalar {
		n.Fault(CodeKind, fmt.Sprintf("expected %s, not %s", expected, n.kind), "write one value behind the colon")
		return "", false
	}
	return n.text, true
}

// wrong reports a scalar that is not what was expected.
func (n *Node) wrong(expected, hint string) {
	n.Fault(CodeValue, fmt.Sprintf("`%s` is not %s", n.text, expected), hint)
}

// Word reads a text. An empty one between quotes is a text too.
func (n *Node) Word() (string, bool) {
	n.Want(Want{Form: AText})
	return n.scalar("a text, such as morning")
}

// Int reads a whole number from lowest to highest, written in decimal digits with an optional minus sign.
func (n *Node) Int(lowest, highest int) (int, bool) {
	n.Want(Want{Form: AWhole, Lowest: lowest, Highest: highest})
	expected := fmt.Sprintf("a whole number from %d to %d, such as %d", lowest, highest, max(lowest, min(highest, 10)))
	text, ok := n.scalar(expected)
	if !ok {
		return 0, false
	}
	value, err := strconv.Atoi(text)
	if err != nil || text[0] == '+' || value < lowest || value > highest {
		n.wrong(expected, "")
		return 0, false
	}
	return value, true
}

// Bool reads true or false, and nothing else.
func (n *Node) Bool() (value, ok bool) {
	n.Want(Want{Form: ABoolean})
	text, ok := n.scalar("true or false")
	if !ok {
		return false, false
	}
	switch text {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	hint := "write true or false"
	switch strings.ToLower(text) {
	case "yes", "y", "on", "true", "1":
		hint = "write true"
	case "no", "n", "off", "false", "0":
		hint = "write false"
	}
	n.wrong("true or false", hint)
	return false, false
}

// List reads a list. what names it in messages ("the slots of campaign PVI").
func (n *Node) List(what string) ([]*Node, bool) {
	if n == nil || n.spoiled {
		return nil, false
	}
	if n.kind != Sequence {
		n.Fault(CodeKind, fmt.Sprintf("%s must be a list, not %s", what, n.kind), "write `- item` lines, or [a, b]")
		return nil, false
	}
	return n.items, true
}

// Texts reads a list of texts. ok is false when the node is no list or one of the items no text; those that are come back
// all the same.
func (n *Node) Texts() (texts []string, ok bool) {
	items, ok := n.List("this")
	for _, item := range items {
		text, good := item.Word()
		if !good {
			ok = false
			continue
		}
		texts = append(texts, text)
	}
	return texts, ok
}

// OneOf reads one of the allowed words.
func (n *Node) OneOf(allowed ...string) (string, bool) {
	n.Want(Want{Form: OneOfWords, Words: allowed})
	text, ok := n.scalar("one of " + strings.Join(allowed, ", "))
	if !ok {
		return "", false
	}
	if !slices.Contains(allowed, text) {
		n.wrong("one of the words allowed here", choiceHint(text, allowed))
		return "", false
	}
	return text, true
}

// Duration is a length of time as rule files write it: days move the date and keep the time of day, the clock counts
// hours and minutes. One of the two is zero.
type Duration struct {
	Days  int
	Clock time.Duration
}

// Duration reads 30m, 72h or 14d: a whole number and one unit, at most 100 years.
func (n *Node) Duration() (Duration, bool) {
	const expected = "a length of time, such as 30m, 72h or 14d"
	n.Want(Want{Form: ALength})
	text, ok := n.scalar(expected)
	if !ok {
		return Duration{}, false
	}
	const days = 36525 // 100 years
	if number, unit := cutUnit(text); number >= 0 {
		switch {
		case unit == "d" && number <= days:
			return Duration{Days: number}, true
		case unit == "h" && number <= days*24:
			return Duration{Clock: time.Duration(number) * time.Hour}, true
		case unit == "m" && number <= days*24*60:
			return Duration{Clock: time.Duration(number) * time.Minute}, true
		}
	}
	n.wrong(expected, "write a whole number and m, h or d: 14d moves the date, 72h counts hours")
	return Duration{}, false
}

// cutUnit returns -1 when the text does not begin with digits.
func cutUnit(text string) (int, string) {
	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	number, err := strconv.Atoi(text[:end])
	if err != nil {
		return -1, text
	}
	return number, text[end:]
}

// Percent reads 30% as the share 0.3. It may have decimals (2.5%) and may pass 100%, up to 1000%.
func (n *Node) Percent() (float64, bool) {
	const expected = "a percentage, such as 30%"
	n.Want(Want{Form: APercentage})
	text, ok := n.scalar(expected)
	if !ok {
		return 0, false
	}
	digits, hasSign := strings.CutSuffix(text, "%")
	value, err := strconv.ParseFloat(digits, 64)
	decimal := strings.Trim(digits, "0123456789.") == ""
	if err != nil || !hasSign || !decimal || value > 1000 {
		n.wrong(expected, "write a number and a percent sign: 30%")
		return 0, false
	}
	return value / 100, true
}
