package yamltext

// Kind is the shape of a node.
type Kind uint8

// The three shapes of YAML.
const (
	Scalar Kind = iota + 1
	Mapping
	Sequence
)

// String returns the shape in words, as messages use it: "a text", "a mapping", "a list".
func (k Kind) String() string {
	switch k {
	case Mapping:
		return "a mapping"
	case Sequence:
		return "a list"
	default:
		return "a text"
	}
}

// style is how a scalar is written.
type style uint8

const (
	plain style = iota
	single
	double
	literal
	folded
)

// Node is a value in a rule file. Nodes are not changed after Parse, except that reading one may add faults. All methods
// accept a nil node, which answers with nothing and reports nothing.
type Node struct {
	file    *File
	kind    Kind
	style   style
	flow    bool // stands between { } or [ ]
	spoiled bool // already reported
	at      spot // where YAML sees it begin: the quote, the | or the first character
	text    string
	items   []*Node
	pairs   []Pair
}

// Pair is one entry of a mapping.
type Pair struct{ Key, Value *Node }

// File returns the file the node stands in.
func (n *Node) File() *File {
	if n == nil {
		return nil
	}
	return n.file
}

// Kind returns the shape of the node, 0 for a nil one.
func (n *Node) Kind() Kind {
	if n == nil {
		return 0
	}
	return n.kind
}

// Text returns the text of a scalar, never resolved to a number, boolean or date, escapes and folded lines read as YAML
// defines; a text block comes without its final line ends. It is "" for mappings and lists.
func (n *Node) Text() string {
	if n == nil {
		return ""
	}
	return n.text
}

// Block reports whether the node is a text block under | .
func (n *Node) Block() bool { return n != nil && n.kind == Scalar && n.style == literal }

// Quoted reports whether the node is a scalar between single or double quotes.
func (n *Node) Quoted() bool {
	return n != nil && n.kind == Scalar && (n.style == single || n.style == double)
}

// InFlow reports whether the node stands between { } or [ ].
func (n *Node) InFlow() bool { return n != nil && n.flow }

// Items returns the entries of a list in file order, nil for another node.
func (n *Node) Items() []*Node {
	if n == nil {
		return nil
	}
	return n.items
}

// Pairs returns the entries of a mapping in file order, nil for another node. A repeated key is not among them.
func (n *Node) Pairs() []Pair {
	if n == nil {
		return nil
	}
	return n.pairs
}

// Spoiled reports whether the value was already reported as unreadable. It then reads as nothing and reports no more faults.
func (n *Node) Spoiled() bool { return n != nil && n.spoiled }

// Fault reports a fault about the whole node: under a scalar as far as its first line goes, else under one character.
func (n *Node) Fault(code, message, hint string) {
	if n == nil {
		return
	}
	n.FaultAt(0, len([]rune(n.text)), code, message, hint)
}

// FaultAt reports a fault about the runes from (included) to (excluded) of a scalar's text; of a range over several lines
// the first one is marked.
func (n *Node) FaultAt(from, to int, code, message, hint string) {
	if n == nil || n.spoiled {
		return
	}
	n.file.faults.Add(n.remark(from, to, code, message, hint))
}

// Remark is a fault about the whole node that is not reported: for what is odd and no mistake.
func (n *Node) Remark(code, message, hint string) Fault {
	if n == nil {
		return Fault{}
	}
	return n.remark(0, len([]rune(n.text)), code, message, hint)
}

func (n *Node) remark(from, to int, code, message, hint string) Fault {
	start, width := n.span(from, to)
	return Fault{Code: code, Pos: start, Width: width, Message: message, Hint: hint}
}

// span leads a range of the text back to the file.
func (n *Node) span(from, to int) (Pos, int) {
	m := n.placing()
	start, end := m.place(from), m.place(to)
	if end.line != start.line {
		end.column = len(n.file.rows[start.line-1]) + 1
	}
	return n.file.pos(start), max(1, end.column-start.column)
}
