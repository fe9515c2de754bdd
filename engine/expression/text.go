package expression

import (
	"fmt"
	"math/bits"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// textTest is contains, startsWith or endsWith.
type textTest struct {
	base
	op string
}

func (n *textTest) eval(b *Batch) *Vector {
	left, right, out := n.evalPair(b, Boolean)
	clear(out.bools)
	test := strings.Contains
	switch n.op {
	case "startsWith":
		test = strings.HasPrefix
	case "endsWith":
		test = strings.HasSuffix
	}
	if right.mask == 0 && left.mask != 0 {
		if part := right.texts[0]; !n.laidOut(b, out, left, part) {
			n.sweep(out, left.texts, part)
		}
		b.release(left)
		b.release(right)
		return out
	}
	rows(out.known, func(i int) {
		if test(left.texts[i&left.mask], right.texts[i&right.mask]) {
			setBit(out.bools, i)
		}
	})
	b.release(left)
	b.release(right)
	return out
}

// laidOut looks for one text in a layout of the column, and tells whether there is one for it.
func (n *textTest) laidOut(b *Batch, out, in *Vector, part string) bool {
	if n.op == "contains" {
		if part == "" || len(part) > longestPart {
			return false
		}
		t := b.tapeOf(n.arg(0), in)
		if t == nil {
			return false
		}
		t.find(out.bools, part, in.texts)
	} else {
		// A zero byte is what shorter texts are filled up with.
		if strings.Contains(part, "\x00") {
			return false
		}
		e := b.edgeOf(n.arg(0), in, n.op)
		if e == nil {
			return false
		}
		e.match(out.bools, n.op, part, in.texts)
	}
	both(out.bools, out.bools, out.known)
	return true
}

// sweep looks for one text in the whole column.
func (n *textTest) sweep(out *Vector, texts []string, part string) {
	for w, leads := range out.known {
		var word uint64
		for first := w << 6; leads != 0; leads &= leads - 1 {
			i := bits.TrailingZeros64(leads)
			text := texts[first+i]
			found := false
			switch {
			case len(text) < len(part):
			case n.op == "startsWith":
				found = text[:len(part)] == part
			case n.op == "endsWith":
				found = text[len(text)-len(part):] == part
			default:
				found = strings.Contains(text, part)
			}
			word |= flag(found) << uint(i)
		}
		out.bools[w] = word
	}
}

// match is x matches "pattern" with a pattern that is written out.
type match struct {
	base
	pattern *regexp.Regexp
}

func (n *match) eval(b *Batch) *Vector {
	in, out := n.evalSingle(b, Boolean)
	clear(out.bools)
	rows(out.known, func(i int) {
		if n.pattern.MatchString(in.texts[i&in.mask]) {
			setBit(out.bools, i)
		}
	})
	b.release(in)
	return out
}

// joined is text + text.
type joined struct{ base }

func (n *joined) eval(b *Batch) *Vector {
	left, right, out := n.evalPair(b, Text)
	rows(out.known, func(i int) {
		out.texts[i] = left.texts[i&left.mask] + right.texts[i&right.mask]
	})
	b.release(left)
	b.release(right)
	return out
}

// respelled is a function from text to text: lower, upper, trim.
type respelled struct {
	base
	op string
}

func (n *respelled) eval(b *Batch) *Vector {
	in, out := n.evalSingle(b, Text)
	spell := strings.TrimSpace
	switch n.op {
	case "lower":
		spell = strings.ToLower
	case "upper":
		spell = strings.ToUpper
	}
	rows(out.known, func(i int) { out.texts[i] = spell(in.texts[i&in.mask]) })
	b.release(in)
	return out
}

// length is the number of characters of a text, or of elements of a list.
type length struct{ base }

func (n *length) eval(b *Batch) *Vector {
	in, out := n.evalSingle(b, Integer)
	rows(out.known, func(i int) {
		if in.typ == TextList {
			out.ints[i] = int64(len(in.lists[i&in.mask]))
		} else {
			out.ints[i] = int64(utf8.RuneCountInString(in.texts[i&in.mask]))
		}
	})
	b.release(in)
	return out
}

// written is string(x).
type written struct{ base }

func (n *written) eval(b *Batch) *Vector {
	in, out := n.evalSingle(b, Text)
	rows(out.known, func(i int) {
		switch in.typ {
		case Integer:
			out.texts[i] = strconv.FormatInt(in.ints[i&in.mask], 10)
		case Number:
			out.texts[i] = fmt.Sprint(in.reals[i&in.mask])
		case Boolean:
			out.texts[i] = strconv.FormatBool(bit(in.bools, i))
		default:
			out.texts[i] = in.texts[i&in.mask]
		}
	})
	b.release(in)
	return out
}
