package yamltext

import (
	"regexp"
	"strconv"
	"strings"
)

// translate makes a fault of an error of YAML, whose line is the one it stopped at. It is for what syntax does not know.
func (f *File) translate(err error) Fault {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := regexp.MustCompile(`^line (\d+): `).FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = text[len(m[0]):]
	}
	line = min(max(line, 1), len(f.lines))
	raw := []rune(f.lines[line-1])
	column := skip(raw, 0)
	return Fault{
		Code: CodeSyntax, Pos: f.pos(spot{line, column + 1}), Width: max(1, len(raw)-column),
		Message: "YAML stops at this line or shortly after it: " + inWords(text), Hint: "look at the indentation, quotes and brackets here; " + hiddenRest,
	}
}

// inWords puts the words of the YAML library into those of the author of a rule file.
func inWords(text string) string {
	for _, t := range []struct{ says, means string }{
		{"mapping values are not allowed", "a colon stands where no key can be"},
		{"could not find expected ':'", "a key without its colon"},
		{"did not find expected key", "something that is no key stands where one is wanted"},
		{"did not find expected '-' indicator", "something that is no list item stands where one is wanted"},
		{"did not find expected node content", "a value is missing"},
		{"did not find expected ','", "a comma or a closing bracket is missing"},
		{"found character that cannot start any token", "a character that cannot begin a value"},
		{"found a tab character", "a tab stands where spaces are wanted"},
		{"found unexpected end of stream", "a quote or bracket is never closed"},
		{"exceeded max depth", "it is nested too deep"},
		{"unknown anchor", "an alias, and rule files have none"},
	} {
		if strings.Contains(text, t.says) {
			return t.means
		}
	}
	return text
}
