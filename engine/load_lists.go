package engine

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"callsheet/engine/expression"
	"callsheet/engine/internal/yamltext"
)

// into stores what a reader of a node gives, when it gives something.
func into[T any](field *T) func(T, bool) {
	return func(value T, ok bool) {
		if ok {
			*field = value
		}
	}
}

// named reads a word that stands for something defined elsewhere.
func named(n *yamltext.Node, names []string) (string, bool) {
	if names == nil {
		return n.Word()
	}
	return n.OneOf(names...)
}

// references reads a list of names that are defined elsewhere.
func references(n *yamltext.Node, names []string) []string {
	var words []string
	items, _ := n.List("this")
	for _, item := range items {
		if word, ok := named(item, names); ok {
			words = append(words, word)
		}
	}
	unique(items)
	return words
}

// some is references to one thing at least: what an empty list would mean is
// said in another way, which hint tells.
func some(n *yamltext.Node, names []string, hint string) []string {
	if n.Kind() == yamltext.Sequence && len(n.Items()) == 0 {
		n.Fault(codeImpossible, "this list is empty", hint)
	}
	return references(n, names)
}

// texts reads a list of texts, none of them empty and none twice.
func texts(n *yamltext.Node) []string { return textsLike(n, "^[^"+quotes+"]") }

// textsLike is texts for which the description of the file has a pattern.
func textsLike(n *yamltext.Node, pattern string) []string {
	words, _ := n.Texts()
	unique(n.Items())
	for _, item := range n.Items() {
		item.Want(yamltext.Want{Form: yamltext.AText, Pattern: pattern})
		if item.Kind() == yamltext.Scalar && !item.Spoiled() && item.Text() == "" {
			item.Fault(yamltext.CodeValue, "an empty text stands for nothing here", "leave it out")
		}
		curly(item)
	}
	return words
}

// unique refuses a text that stands twice in a list.
func unique(items []*yamltext.Node) {
	seen := map[string]bool{}
	for _, item := range items {
		if text := item.Text(); text != "" {
			if seen[text] {
				item.Fault(codeTwice, text+" stands twice in this list", "delete one of them")
			}
			seen[text] = true
		}
	}
}

// quotes are those of a word processor.
const quotes = "“”„‟‘’‚«»‹›"

// straight refuses names that curly quotes stand around: YAML takes
// these for a part of the text, which then is equal to nothing. Where the text
// has a fault already it is left at that.
func (l *loader) straight() {
	told := map[yamltext.Pos]bool{}
	for _, f := range l.faults.All() {
		told[f.Pos] = true
	}
	for _, n := range l.nodes {
		l.straightIn(n, false, told)
	}
}

// naming are the keys whose values are names that other places use, or that come
// from elsewhere.
func naming() []string {
	return []string{"type", "segment", "grade", "model", "pack"}
}

func (l *loader) straightIn(n *yamltext.Node, isName bool, told map[yamltext.Pos]bool) {
	if isName && n.Kind() == yamltext.Scalar && !told[n.Pos()] {
		curly(n)
	}
	for _, item := range n.Items() {
		l.straightIn(item, false, told)
	}
	for _, p := range n.Pairs() {
		if !told[p.Key.Pos()] {
			curly(p.Key)
		}
		l.straightIn(p.Value, slices.Contains(naming(), p.Key.Text()), told)
	}
}

// curly reports curly quotes around a text and tells whether it begins with one.
func curly(n *yamltext.Node) bool {
	first, _ := utf8.DecodeRuneInString(n.Text())
	if !strings.ContainsRune(quotes, first) {
		return false
	}
	bare := strings.TrimFunc(n.Text(), func(r rune) bool { return strings.ContainsRune(quotes, r) || unicode.IsSpace(r) })
	n.Fault(expression.CodeQuotes, "curly quotes do not hold a text", `write straight quotes: "`+bare+`"`)
	return true
}
