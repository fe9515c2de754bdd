package yamltext

import "slices"

// The forms that a scalar may be wanted in.
const (
	AText       = "text"
	OneOfWords  = "words"
	AWhole      = "whole number"
	ABoolean    = "boolean"
	ALength     = "length of time"
	APercentage = "percentage"
	ARule       = "expression"
)

// Want is what a reader wanted of a value.
type Want struct {
	Form    string   // one of the above, or a word of whoever reads
	Words   []string // of OneOfWords
	Lowest  int      // of AWhole
	Highest int
	Pattern string // of AText: a regular expression; empty: any text
}

// Keys are those that readers asked a mapping for.
type Keys struct {
	Known, Needed []string
	Names         bool // the other keys are names, and were asked for too
}

// Wants is what the readers of files asked them for: the description of all that may stand in them which cannot differ
// from what is read, because it comes of reading.
type Wants struct {
	Values map[*Node][]Want
	Keys   map[*Node]*Keys
}

// Listen notes from now on what is wanted of the files whose faults are collected here.
func (fs *Faults) Listen() *Wants {
	fs.wants = &Wants{Values: map[*Node][]Want{}, Keys: map[*Node]*Keys{}}
	return fs.wants
}

// Want tells whoever listens what is wanted of the node.
func (n *Node) Want(w Want) {
	if wants := n.heard(); wants != nil {
		wants.Values[n] = append(wants.Values[n], w)
	}
}

// heard is where wants are noted; nil when nobody listens.
func (n *Node) heard() *Wants {
	if n == nil {
		return nil
	}
	return n.file.faults.wants
}

// ask notes a key that is asked for.
func (o *Object) ask(key string, needed bool) {
	k := o.keys()
	if k == nil {
		return
	}
	if !slices.Contains(k.Known, key) {
		k.Known = append(k.Known, key)
	}
	if needed && !slices.Contains(k.Needed, key) {
		k.Needed = append(k.Needed, key)
	}
}

// keys is where the keys of the mapping are noted; nil when nobody listens.
func (o *Object) keys() *Keys {
	wants := o.node.heard()
	if wants == nil {
		return nil
	}
	if wants.Keys[o.node] == nil {
		wants.Keys[o.node] = &Keys{}
	}
	return wants.Keys[o.node]
}
