package yamltext

import (
	"fmt"
	"io"
)

// Canonical writes what the node means without comments, quoting and layout: a letter for the kind, the number of entries
// or bytes, and the entries themselves in file order, whose order means something. Two files with the same meaning write
// the same bytes and two with different meanings never do, so that a hash over it is the version of a rule book.
// Errors of w are the caller's to notice; a hash has none.
func (n *Node) Canonical(w io.Writer) {
	switch n.Kind() {
	case Mapping:
		fmt.Fprintf(w, "m%d:", len(n.pairs))
		for _, p := range n.pairs {
			p.Key.Canonical(w)
			p.Value.Canonical(w)
		}
	case Sequence:
		fmt.Fprintf(w, "l%d:", len(n.items))
		for _, item := range n.items {
			item.Canonical(w)
		}
	case Scalar:
		fmt.Fprintf(w, "t%d:%s", len(n.text), n.text)
	default:
		io.WriteString(w, "-")
	}
}
