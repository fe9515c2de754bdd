package engine

import (
	"strings"
	"unicode/utf8"

	"callsheet/engine/expression"
	"callsheet/engine/internal/yamltext"
)

// Filter checks a condition over what is stored of leads, which somebody asks
// for outside of the rule files: everything that a rule may read but calls,
// slots, campaigns and agents. All its mistakes are told at once as [*Faults],
// whose file is from, the place where the condition was written.
func (b *RuleBook) Filter(source, from string) (*expression.Condition, error) {
	c, mistakes := b.Schema.Condition(source, filterScope())
	if len(mistakes) == 0 {
		return c, nil
	}
	faults := &Faults{Rules: 1}
	lines := strings.Split(source, "\n")
	for _, m := range mistakes {
		f := yamltext.Fault{Code: m.Code, Width: max(1, m.To-m.From), Message: m.Message, Hint: m.Hint}
		f.Pos = yamltext.Pos{File: from}
		f.Pos.Line, f.Pos.Column = lineOf(lines, m.From)
		faults.List = append(faults.List, Fault{
			Code: f.Code, File: from, Line: f.Pos.Line, Column: f.Pos.Column, Message: f.Message, Hint: f.Hint, Frame: yamltext.Frame(f, lines),
		})
	}
	return nil, faults
}

// lineOf is the line and the column, both from 1, of the n-th character of a
// text, from 0.
func lineOf(lines []string, n int) (line, column int) {
	for i, text := range lines {
		length := utf8.RuneCountInString(text)
		if n <= length || i == len(lines)-1 {
			return i + 1, n + 1
		}
		n -= length + 1
	}
	return 1, 1
}

func filterScope() expression.Scope {
	return denied(map[string]string{"call": noCallAtAll, "slot": noSlotHere, "campaign": noCampaignYet, "agent": noAgentHere})
}
