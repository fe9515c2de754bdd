package yamltext

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

const hintAlias = "write the value out; what campaigns share stands under `defaults`"

// mapping reads the pairs. A key that cannot be used is reported and left out.
func (b *builder) mapping(n *Node, y *yaml.Node, inside site) {
	seen := make(map[string]spot, len(y.Content)/2)
	for i := 0; i+1 < len(y.Content); i += 2 {
		if inside.flow && i > 0 && b.splitFrom(n, y, i) {
			continue
		}
		key := b.key(y.Content[i], inside)
		if key == nil {
			continue
		}
		inside.key = key.text
		value := b.value(key, y.Content[i+1], inside)
		if first, twice := seen[key.text]; twice {
			key.Fault(CodeDuplicateKey, fmt.Sprintf("the key `%s` stands twice, first on line %d", key.text, first.line), "keep one of them: YAML would drop the other in silence")
			continue
		}
		seen[key.text] = key.at
		n.pairs = append(n.pairs, Pair{Key: key, Value: value})
	}
}

// key returns nil for what cannot be the key of a rule file.
func (b *builder) key(y *yaml.Node, inside site) *Node {
	at := b.file.inside(spot{y.Line, y.Column})
	if y.Kind == yaml.ScalarNode && y.Style&(yaml.TaggedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0 && y.Value == "<<" && styleOf(y) == plain {
		b.file.report(at, 2, CodeMerge, "`<<` merges mappings in YAML, and rule files have no merge keys", "write the keys out; what campaigns share stands under `defaults`")
		return nil
	}
	if y.Kind != yaml.ScalarNode && y.Kind != yaml.AliasNode || y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 || b.explicit(at) {
		b.file.report(at, 1, CodeKey, "a key must be a word or a short text before a colon", "write `key: value`")
		return nil
	}
	key := b.node(y, inside)
	if key.spoiled {
		return nil
	}
	if key.text == "" {
		b.file.report(at, 1, CodeKey, "the key is missing before the colon", "write `key: value`")
		return nil
	}
	return key
}

// explicit reports whether a key is written as `? key`.
func (b *builder) explicit(at spot) bool {
	before := b.file.rows[at.line-1][:at.column-1]
	for len(before) > 0 && blank(before[len(before)-1]) {
		before = before[:len(before)-1]
	}
	return len(before) > 0 && before[len(before)-1] == '?'
}

// value reports a key with nothing behind it.
func (b *builder) value(key *Node, y *yaml.Node, inside site) *Node {
	if !void(y) {
		return b.node(y, inside)
	}
	hint := "write a value behind the colon, or remove the key"
	if key.style == plain && unfinished(key.text, "\"") {
		hint = hintBlockStyle
	}
	key.Fault(CodeNoValue, fmt.Sprintf("`%s` has no value", key.text), hint)
	return &Node{file: b.file, kind: Scalar, flow: inside.flow, spoiled: true, at: key.placing().end}
}

// void recognises the null that YAML makes of nothing; `~` and `null` are texts.
func void(y *yaml.Node) bool {
	return y.Kind == yaml.ScalarNode && y.Value == "" && y.Style == 0 && y.Anchor == "" && y.Tag == "!!null"
}

func (b *builder) sequence(n *Node, y *yaml.Node, inside site) {
	for i, item := range y.Content {
		if inside.flow && i > 0 && b.continues(n.items, item) {
			continue
		}
		if void(item) {
			b.file.report(spot{item.Line, item.Column}, 1, CodeNoValue, "a list item has no value", "write a value behind the dash, or remove the item")
			continue
		}
		n.items = append(n.items, b.node(item, inside))
	}
}

// splitFrom reports the expression before pair i when the pair's key is the rest of it, as in {points: 2 * min(a, 10)}.
func (b *builder) splitFrom(n *Node, y *yaml.Node, i int) bool {
	if len(n.pairs) == 0 || !void(y.Content[i+1]) {
		return false
	}
	return b.joins(n.pairs[len(n.pairs)-1].Value, y.Content[i])
}

// continues does the same for a list, as in [min(a, 10)].
func (b *builder) continues(items []*Node, item *yaml.Node) bool {
	return len(items) > 0 && b.joins(items[len(items)-1], item)
}

// joins reports whether a comma split one expression in two, and reports that at its beginning.
func (b *builder) joins(before *Node, y *yaml.Node) bool {
	if before.kind != Scalar || before.style != plain || y.Kind != yaml.ScalarNode || !unfinished(before.text, "\"") {
		return false
	}
	b.spoil(before, len([]rune(before.text)), CodeSplit, fmt.Sprintf("YAML splits the expression at the comma and keeps only `%s`", before.text), hintBlockStyle)
	before.text = strings.Join([]string{before.text, y.Value}, ", ")
	return true
}

// unfinished reports whether brackets or quotes of an expression are still open at its end. In a text that may be none,
// an apostrophe is no quote.
func unfinished(text, quotes string) bool {
	open, quote, escaped := 0, rune(0), false
	for _, r := range text {
		switch {
		case escaped:
			escaped = false
		case quote != 0:
			escaped = r == '\\' && quote != '`'
			if r == quote {
				quote = 0
			}
		case strings.ContainsRune(quotes, r):
			quote = r
		case strings.ContainsRune("([{", r):
			open++
		case strings.ContainsRune(")]}", r):
			open--
		}
	}
	return quote != 0 || open > 0
}
