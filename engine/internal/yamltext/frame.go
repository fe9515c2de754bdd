package yamltext

import (
	"fmt"
	"strings"
	"unicode"
)

// Frame returns the source line of a fault with carets under the runes concerned and the hint behind them, ending in a
// newline; of a very long line the part around the fault:
//
//	13 │     when: lead.contry in ["FR"]
//	   │           ^^^^^^ did you mean `country`?
//
// lines are those of the fault's file; without the fault's line the result is the hint alone, or "".
func Frame(f Fault, lines []string) string {
	if f.Pos.Line < 1 || f.Pos.Line > len(lines) {
		if f.Hint == "" {
			return ""
		}
		return f.Hint + "\n"
	}
	line, column := window([]rune(lines[f.Pos.Line-1]), f.Pos.Column-1)
	number := fmt.Sprintf("%5d", f.Pos.Line)
	caret := pad(line[:column]) + strings.Repeat("^", max(1, min(f.Width, len(line)-column)))
	under := strings.TrimRight(caret+" "+f.Hint, " ")
	return fmt.Sprintf("%s │ %s\n%*s │ %s\n", number, visible(line), len(number), "", under)
}

// visible shows characters that would steer a terminal as �.
func visible(line []rune) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, string(line))
}

// window cuts a line that fits no screen and returns the place of the column in what is left.
func window(line []rune, column int) ([]rune, int) {
	const before, after = 80, 120
	column = min(max(column, 0), len(line))
	if len(line) > column+after {
		line = append(line[:column+after:column+after], '…')
	}
	if len(line) > before+after && column > before {
		line = append([]rune{'…'}, line[column-before:]...)
		column = before + 1
	}
	return line, column
}

// pad returns blanks as wide as text; a tab stays a tab, so that the carets stand right whatever its width.
func pad(text []rune) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string(text))
}
