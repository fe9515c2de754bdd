package expression

import (
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser/lexer"
)

// member checks a dotted name such as lead.score.
func (c *checker) member(n *ast.MemberNode) node {
	root, isName := n.Node.(*ast.IdentifierNode)
	property, isText := n.Property.(*ast.StringNode)
	at := n.Location()
	bracket := at.From < len(c.src) && c.src[at.From] == '['
	switch {
	case isName && root.Value == "$env":
		return c.refuse(n.Node, CodeEnv, "`$env` is not offered: a rule names what it reads", "write the name of the field, such as lead.score")
	case isName && isText && bracket:
		return c.refuse(n, CodeIndexedName, "a name is written with a point", "write "+root.Value+"."+property.Value)
	case isName && isText:
		return c.name(n, root, property)
	case bracket:
		return c.refuse(n, CodeNotOffered, "an element of a list cannot be picked by number", "write first(x) or last(x)")
	}
	if base := c.check(n.Node); base.kind() == untyped {
		return c.bad(n)
	}
	return c.refuse(n.Property, CodeUnknownField, c.over(n.Node)+" has no parts", c.partHint(n.Node))
}

func (c *checker) partHint(n ast.Node) string {
	if member, ok := n.(*ast.MemberNode); ok {
		return "write " + c.raw(member) + ", or local_hour(x), days_since(x) for a time"
	}
	return ""
}

func (c *checker) name(n, root, property ast.Node) node {
	p := c.span(n)
	path := root.(*ast.IdentifierNode).Value + "." + property.(*ast.StringNode).Value
	if col, ok := c.field(path, p, c.span(property)); ok {
		return &column{c.base(n, c.schema.fields[col].Type), col, &c.schema.fields[col]}
	}
	return c.bad(n)
}

// field finds the column of a dotted name that stands at p, its last part at last, or reports why there is none.
func (c *checker) field(path string, p, last place) (int, bool) {
	col, known := c.schema.index[path]
	if !known {
		c.unknown(path, p, last)
		return 0, false
	}
	if why, denied := c.scope.denied(path); denied {
		c.at(CodeNotReadable, p, "`"+path+"` cannot be read here: "+why, "")
		return 0, false
	}
	return col, true
}

// unknown reports a name that the vocabulary does not have.
func (c *checker) unknown(path string, p, last place) {
	root, property, _ := strings.Cut(path, ".")
	if nearest(root, c.schema.roots) != root {
		hint := didYouMean(c.suggestRoot(root, property))
		c.at(CodeUnknownRoot, place{p.from, p.from + len([]rune(root))}, "unknown name `"+root+"`", hint)
		return
	}
	c.at(CodeUnknownField, last, "unknown field `"+path+"`", didYouMean(c.suggestField(root, property)))
}

// suggestRoot is what a name with an unknown first part may have meant.
func (c *checker) suggestRoot(root, property string) string {
	near := nearest(root, c.schema.roots)
	if _, ok := c.schema.index[near+"."+property]; ok {
		return near + "." + property
	}
	if full := c.elsewhere(property); full != "" {
		return full
	}
	return near
}

// suggestField is the field of the root that is spelled most like the property, or the same one under another root.
func (c *checker) suggestField(root, property string) string {
	if full := c.elsewhere(property); full != "" {
		return full
	}
	var names []string
	for _, f := range c.schema.fields {
		if of, name, _ := strings.Cut(f.Name, "."); of == root {
			names = append(names, name)
		}
	}
	return nearest(property, names)
}

// elsewhere is the first readable field with this last part, or "".
func (c *checker) elsewhere(property string) string {
	for _, f := range c.schema.fields {
		if _, name, dotted := strings.Cut(f.Name, "."); dotted && name == property {
			if _, denied := c.scope.denied(f.Name); !denied {
				return f.Name
			}
		}
	}
	return ""
}

// identifier checks a name without a point.
func (c *checker) identifier(n *ast.IdentifierNode) node {
	switch {
	case n.Value == nowField:
		return &column{c.base(n, Time), c.schema.now, &c.schema.fields[c.schema.now]}
	case n.Value == "$env":
		return c.refuse(n, CodeEnv, "`$env` is not offered: a rule names what it reads", "write the name of the field, such as lead.score")
	}
	for _, root := range c.schema.roots {
		if n.Value == root {
			return c.refuse(n, CodeBareRoot, "`"+root+"` alone is not a value", "name one of its fields, such as "+c.firstField(root))
		}
	}
	hint := ""
	if full := c.elsewhere(n.Value); full != "" {
		hint = didYouMean(full)
	} else if near := nearest(n.Value, append([]string{nowField}, c.schema.roots...)); near != "" {
		hint = didYouMean(near)
	} else if full := c.nearField(n.Value); full != "" {
		hint = didYouMean(full)
	} else if len(n.Value) > 0 {
		hint = `put a text in quotes: "` + n.Value + `"`
	}
	return c.refuse(n, CodeUnknownRoot, "unknown name `"+n.Value+"`", hint)
}

// nearField is the whole name of the field whose last part is spelled most like the word.
func (c *checker) nearField(word string) string {
	var names []string
	for _, f := range c.schema.fields {
		if _, name, dotted := strings.Cut(f.Name, "."); dotted {
			names = append(names, name)
		}
	}
	if near := nearest(word, names); near != "" {
		return c.elsewhere(near)
	}
	return ""
}

func (c *checker) firstField(root string) string {
	for _, f := range c.schema.fields {
		if strings.HasPrefix(f.Name, root+".") {
			return f.Name
		}
	}
	return root
}

// names reports the unknown names among the tokens of a source that does not parse.
func (c *checker) names(tokens []lexer.Token) {
	for i := 0; i+2 < len(tokens); i++ {
		root, dot, property := tokens[i], tokens[i+1], tokens[i+2]
		behind := i > 0 && tokens[i-1].Is(lexer.Operator, ".", "?.", "#")
		if behind || !root.Is(lexer.Identifier) || !dot.Is(lexer.Operator, ".") || !property.Is(lexer.Identifier) || root.Value == "$env" {
			continue
		}
		c.field(root.Value+"."+property.Value, place{root.From, property.To}, place{property.From, property.To})
	}
}
