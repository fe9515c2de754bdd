package yamltext

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// builder makes our nodes of YAML's and reports what the dialect does not allow.
type builder struct {
	file    *File
	spoiled map[spot]bool // values set aside because of their syntax
	deep    bool          // the depth was reported
}

// site is where a node stands.
type site struct {
	key   string // of the pair it is the value of
	depth int
	flow  bool // between { } or [ ]
}

func (b *builder) node(y *yaml.Node, s site) *Node {
	n := &Node{file: b.file, at: b.file.inside(spot{y.Line, y.Column}), flow: s.flow}
	n.spoiled = b.spoiled[n.at]
	switch y.Kind {
	case yaml.MappingNode:
		n.kind = Mapping
	case yaml.SequenceNode:
		n.kind = Sequence
	default:
		n.kind = Scalar
		n.style = styleOf(y)
		n.text = y.Value
	}
	b.properties(n, y, s)
	if s.depth >= MaxDepth && n.kind != Scalar {
		b.tooDeep(n)
		return n
	}
	inside := site{depth: s.depth + 1, flow: s.flow || y.Style&yaml.FlowStyle != 0}
	switch n.kind {
	case Mapping:
		b.mapping(n, y, inside)
	case Sequence:
		b.sequence(n, y, inside)
	default:
		b.scalar(n, s)
	}
	return n
}

func styleOf(y *yaml.Node) style {
	switch {
	case y.Style&yaml.DoubleQuotedStyle != 0:
		return double
	case y.Style&yaml.SingleQuotedStyle != 0:
		return single
	case y.Style&yaml.LiteralStyle != 0:
		return literal
	case y.Style&yaml.FoldedStyle != 0:
		return folded
	default:
		return plain
	}
}

// spoil reports a node and takes it out of the checks that follow.
func (b *builder) spoil(n *Node, width int, code, message, hint string) {
	if !n.spoiled {
		b.file.report(n.at, width, code, message, hint)
	}
	n.spoiled = true
}

func (b *builder) tooDeep(n *Node) {
	if !b.deep {
		b.file.report(n.at, 1, CodeDepth, fmt.Sprintf("mappings and lists are nested more than %d deep here", MaxDepth), hintDepth)
	}
	b.deep = true
	n.spoiled = true
}

// properties reports aliases, anchors and tags.
func (b *builder) properties(n *Node, y *yaml.Node, s site) {
	switch {
	case y.Kind == yaml.AliasNode:
		b.spoil(n, len([]rune(y.Value))+1, CodeAlias, fmt.Sprintf("`*%s` is a YAML alias, and rule files have none", y.Value), hintAlias)
	case y.Anchor != "":
		b.spoil(n, len([]rune(y.Anchor))+1, CodeAnchor, fmt.Sprintf("`&%s` is a YAML anchor, and rule files have none", y.Anchor), "remove it; what campaigns share stands under `defaults`")
	case b.tagged(n, y):
		b.tag(n, y)
	}
}

// tagged also sees the bare `!`, of which YAML leaves no trace but the character.
func (b *builder) tagged(n *Node, y *yaml.Node) bool {
	if y.Style&yaml.TaggedStyle != 0 {
		return true
	}
	first := y.Content
	inherited := len(first) > 0 && n.at == spot{first[0].Line, first[0].Column}
	return b.file.rune(n.at) == '!' && !inherited
}

func (b *builder) tag(n *Node, y *yaml.Node) {
	rest := string(b.file.rows[n.at.line-1][n.at.column-1:])
	tag, after := cutTag(rest)
	width := len([]rune(tag))
	name := strings.TrimLeft(tag, "!")
	switch {
	case y.Kind != yaml.ScalarNode || strings.HasPrefix(tag, "!!") || strings.HasPrefix(tag, "!<"):
		b.spoil(n, width, CodeTag, fmt.Sprintf("`%s` is a YAML tag, and rule files have none", tag), "remove it; texts are read as they are written")
	case name == "":
		b.spoil(n, width, CodeTag, fmt.Sprintf("YAML drops the `!` and keeps `%s`: the condition loses its negation", after), fmt.Sprintf("write `not %s`", after))
	case y.Value == "":
		b.spoil(n, width, CodeTag, fmt.Sprintf("YAML reads `%s` as a tag and the condition as EMPTY", tag), fmt.Sprintf("write `not %s`", name))
	default:
		b.spoil(n, width, CodeTag, fmt.Sprintf("YAML reads `%s` as a tag and keeps only `%s`", tag, y.Value), fmt.Sprintf("write `not %s` before the rest", name))
	}
}

// cutTag cuts the rest of a line behind the tag it begins with.
func cutTag(rest string) (tag, after string) {
	end := strings.IndexAny(rest, " \t,[]{}")
	if end < 0 {
		return rest, ""
	}
	return rest[:end], strings.TrimSpace(rest[end:])
}

// scalar checks the forms of text blocks and trims their final line ends.
func (b *builder) scalar(n *Node, s site) {
	if n.style != literal && n.style != folded {
		return
	}
	sign := "|"
	if n.style == folded {
		sign = ">"
	}
	n.text = strings.TrimRight(n.text, "\n")
	switch {
	case n.text == "":
		b.spoil(n, 1, CodeEmptyBlock, fmt.Sprintf("YAML reads %s as the beginning of a text block, and no text follows", sign), blockHint(s.key, sign))
	case n.style == folded:
		b.spoil(n, 1, CodeFolded, "a text block under > loses its line ends", "write | instead of >")
	}
}

func blockHint(key, sign string) string {
	if sign == "|" && key == "delimiter" {
		return "write pipe"
	}
	return "indent the text below it, or put the sign between quotes: \"" + sign + "\""
}
