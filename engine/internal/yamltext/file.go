package yamltext

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"
)

// Limits of one file. A rule file of a large call centre has 100 KB and 10 levels.
const (
	MaxSize  = 1 << 20 // bytes
	MaxDepth = 100     // levels of mappings and lists
)

// File is the source of a parsed rule file.
type File struct {
	Name   string // as it stands in places, such as "rules/leads.yaml"
	lines  []string
	rows   [][]rune // the lines once more: places count runes
	faults *Faults
}

// Lines returns the raw lines without their line ends and without a byte order mark.
func (f *File) Lines() []string {
	if f == nil {
		return nil
	}
	return f.lines
}

// Parse reads one file of the rule book and adds what is wrong with it to faults. The result is nil when nothing in the
// file can be used. A file with faults may give a tree all the same, in which what was reported is spoiled, so that the
// rest of it is checked in the same go; whoever uses the tree must look at faults first.
func Parse(name string, src []byte, faults *Faults) *Node {
	f := &File{Name: name, faults: faults}
	faults.files = append(faults.files, f)
	if !f.read(src) {
		return nil
	}
	lines := f.document()
	if lines == nil {
		return nil
	}
	root, spoiled := f.tree(lines)
	if root == nil {
		return nil
	}
	b := builder{file: f, spoiled: spoiled}
	return b.node(root, site{})
}

// tree has YAML read the lines. Where it cannot, the lines are searched for what is wrong; what can be set aside is, and
// YAML reads the rest. The second result tells where values were set aside.
func (f *File) tree(lines []string) (*yaml.Node, map[spot]bool) {
	root, err := decode(lines)
	if err == nil {
		return root, nil
	}
	s := newSyntax(f, lines)
	s.scan()
	for _, fault := range s.found {
		f.faults.Add(fault)
	}
	if s.stuck {
		return nil, nil
	}
	if len(s.found) > 0 {
		root, err = decode(s.fixed)
	}
	if err != nil {
		f.faults.Add(f.translate(err))
		return nil, nil
	}
	return root, s.spoiled
}

// decode keeps the nodes: decoding into values would expand aliases and lose columns.
func decode(lines []string) (root *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	var document, none yaml.Node
	d := yaml.NewDecoder(strings.NewReader(strings.Join(lines, "\n") + "\n"))
	if err := d.Decode(&document); err != nil {
		return nil, err
	}
	// What YAML cannot make part of the document it leaves for the next one, where it fails.
	if err := d.Decode(&none); err == nil {
		return nil, errors.New("text follows the document")
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return document.Content[0], nil
}

// pos completes a spot with the name of the file.
func (f *File) pos(s spot) Pos {
	s = f.inside(s)
	return Pos{File: f.Name, Line: s.line, Column: s.column}
}

// inside moves a spot into the file: YAML sees what is missing at the end on a line of its own.
func (f *File) inside(s spot) spot {
	if len(f.rows) == 0 {
		return spot{1, 1}
	}
	line := min(max(s.line, 1), len(f.rows))
	return spot{line, min(max(s.column, 1), len(f.rows[line-1])+1)}
}

// rune returns the character at a spot, 0 where there is none.
func (f *File) rune(s spot) rune {
	if s.line < 1 || s.line > len(f.rows) || s.column < 1 || s.column > len(f.rows[s.line-1]) {
		return 0
	}
	return f.rows[s.line-1][s.column-1]
}

// report adds a fault at a spot.
func (f *File) report(at spot, width int, code, message, hint string) {
	f.faults.Add(Fault{Code: code, Pos: f.pos(at), Width: width, Message: message, Hint: hint})
}
