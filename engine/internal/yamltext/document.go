package yamltext

import "strings"

// document returns the lines of the one document of the file, the others blank, so that line numbers stay. It returns nil
// when the file holds nothing.
func (f *File) document() []string {
	lines := make([]string, len(f.lines))
	started, comments, ended := false, false, false
	for i, line := range f.lines {
		text := strings.TrimSpace(line)
		switch {
		case text == "":
		case text[0] == '#':
			comments = true
			if !ended {
				lines[i] = line
			}
		case line[0] == '%' && !started:
			f.report(spot{i + 1, 1}, len([]rune(line)), CodeDirective, "YAML directives are not used in rule files", "remove the line")
		case marker(line, "---") && !started && !ended:
			started = true
			lines[i] = line
		case marker(line, "---"):
			f.report(spot{i + 1, 1}, 3, CodeDocument, "a second document begins here; a rule file holds one", "move it to a file of its own, or remove the --- line")
			return f.unlessEmpty(lines, comments)
		case marker(line, "..."):
			ended = true
		case ended:
			f.report(spot{i + 1, 1}, 1, CodeDocument, "text follows the ... that ends the document", "remove the ... line")
			return f.unlessEmpty(lines, comments)
		default:
			started = true
			lines[i] = line
		}
	}
	return f.unlessEmpty(lines, comments)
}

// marker reports whether the line begins with a document marker, which YAML honours in the first column only.
func marker(line, sign string) bool {
	rest, ok := strings.CutPrefix(line, sign)
	return ok && (rest == "" || blank(rune(rest[0])))
}

func (f *File) unlessEmpty(lines []string, comments bool) []string {
	for _, line := range lines {
		text := strings.TrimSpace(strings.TrimPrefix(line, "---"))
		if text != "" && text[0] != '#' {
			return lines
		}
	}
	message := "the file is empty"
	if comments {
		message = "the file holds only comments"
	}
	f.report(spot{1, 1}, 1, CodeEmptyFile, message, "write its content, or delete the file")
	return nil
}
