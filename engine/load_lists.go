package engine

import (
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
func texts(n *yamltext.Node) []string {
	words, _ := n.Texts()
	unique(n.Items())
	for _, item := range n.Items() {
		item.Want(yamltext.Want{Form: yamltext.AText, Pattern: "."})
		if item.Kind() == yamltext.Scalar && !item.Spoiled() && item.Text() == "" {
			item.Fault(yamltext.CodeValue, "an empty text stands for nothing here", "leave it out")
		}
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
