package engine

import (
	"callsheet/engine/expression"
	"callsheet/engine/internal/yamltext"
)

// Expression is one condition, value or column as it stands in a rule file.
type Expression struct {
	File         string
	Line, Column int // of its first character, from 1
	Source       string
	// Reads names the fields that it mentions, in the order of the vocabulary.
	Reads []string
	// Fallback says why a part of it is computed lead by lead by expr's
	// machine; empty when all of it is computed over columns.
	Fallback string
}

// note keeps an expression that was read.
func (l *loader) note(n *yamltext.Node, p *expression.Program) {
	at, fields := n.Pos(), l.book.Schema.Fields()
	e := Expression{File: at.File, Line: at.Line, Column: at.Column, Source: p.Source()}
	for _, c := range p.Fields() {
		l.reads[c] = true
		if decides(at.File) {
			l.grounds[c] = true
		}
		e.Reads = append(e.Reads, fields[c].Name)
	}
	e.Fallback, _ = p.Fallback()
	l.book.Expressions = append(l.book.Expressions, e)
	l.book.Rules++
}
