package expression

import "strings"

// Text is the explanation for people: a line a part, with a mark for true (✓), false (✗), unknown (?) and not reached
// (·), the values read, and at the end the nearest change. The first line is say, or without it a sentence made from
// the labels of the fields. Values that identify a person are masked.
func (e Explanation) Text(say string) string {
	root := e.Root
	if say != "" {
		root.Says = say
	}
	var out strings.Builder
	root.write(&out, "")
	if len(e.Changes) > 0 {
		out.WriteString("Nearest change: " + e.Changes[0].Text + "\n")
	}
	return out.String()
}

func (s Step) write(out *strings.Builder, indent string) {
	line := indent + s.mark() + " " + s.Says
	var details []string
	if !s.Reached {
		details = append(details, "not reached, would be "+string(s.Result))
	}
	for _, r := range s.Reads {
		details = append(details, r.String())
	}
	if len(details) > 0 {
		line += "   " + strings.Join(details, "; ")
	}
	out.WriteString(line + "\n")
	for _, part := range s.Steps {
		part.write(out, indent+"  ")
	}
}

func (s Step) mark() string {
	switch {
	case !s.Reached:
		return "·"
	case s.Result == OutcomeTrue:
		return "✓"
	case s.Result == OutcomeFalse:
		return "✗"
	}
	return "?"
}

// String is the value with its label, masked when it identifies a person.
func (r Reading) String() string {
	if r.Personal && !r.Empty {
		return r.Label + " = " + masked
	}
	return r.Label + " = " + r.Value
}
