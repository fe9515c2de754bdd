package expression

// Literal is a text that a condition compares a field with.
type Literal struct {
	Field string
	Text  string
}

// Texts are the texts that the condition compares fields with by == and in, in
// the order of the source.
func (c *Condition) Texts() []Literal {
	var found []Literal
	walk(c.root, func(n node) {
		switch n := n.(type) {
		case *comparison:
			if n.op != "==" {
				return
			}
			for i := range 2 {
				field, isField := n.arg(i).(*column)
				text, isText := n.arg(1 - i).(*constant)
				if isField && isText && text.typ.isText() && !text.empty {
					found = append(found, Literal{field.field.Name, text.text})
				}
			}
		case *membership:
			if field, ok := n.arg(0).(*column); ok {
				for _, text := range n.texts {
					found = append(found, Literal{field.field.Name, text})
				}
			}
		}
	})
	return found
}
