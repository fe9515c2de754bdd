package yamltext

import (
	"fmt"
	"strings"
	"testing"
)

// sound is a file with every form that rule files use.
const sound = `# Who is called.
time_zone: Europe/Paris
packs: [fr]                   # legal rules

slots:
  morning: {days: [mon, tue], from: "10:00", to: "13:00"}
  'late one': {days: [wed,
    thu], from: "17:00"}
defaults:
  order:
    - lead.score desc
    - lead.id
  exclude:
    wallet:
      when: lead.in_wallet    # no "quotes: here"
      say: "is in a wallet: #1"
    tags:
      when: |
        "FR" in lead.tags   # x: y

          or lead.note == 'a'
      say: text that goes on
        here
types:
- type: FSBO
  when: lead.source == "fsbo"
- type: PQSC
  say: >-
    folded
nested:
  - - a
    - b: 'it''s'
      c: "\"d\""
  -
    e: f
`

func TestSoundFile(t *testing.T) {
	t.Parallel()
	_, faults := parse(t, sound)
	wantTold(t, faults, "28:8+1 R019 a text block under > loses its line ends | write | instead of >")

	s := newSyntax(&File{Name: "f.yaml"}, strings.Split(sound, "\n"))
	s.scan()
	if len(s.found) > 0 {
		t.Errorf("the search for what YAML refused blames sound lines: %v", s.found)
	}
}

// TestOneBrokenValueIsOneFault breaks each value in turn: it is reported at its line, and nothing else is.
func TestOneBrokenValueIsOneFault(t *testing.T) {
	t.Parallel()
	src := strings.Replace(sound, ">-", "|", 1)
	lines := strings.Split(src, "\n")
	for _, key := range []string{"time_zone:", "packs:", "  morning:", "      when: lead.in", "      say: \"", "- type: F", "- type: P", "    - b:", "      c:", "    e:"} {
		number := 0
		for i, line := range lines {
			if strings.HasPrefix(line, key) {
				number = i + 1
			}
		}
		if number == 0 {
			t.Fatalf("no line begins with %q", key)
		}
		head, _, _ := strings.Cut(lines[number-1], ":")
		for value, code := range map[string]string{
			`"FR" in x`: CodeLeftover, "a: b": CodeColon, "[1, 2": CodeBracket, `"x`: CodeQuote, "'x": CodeQuote, "{a: b ? c : d}": CodeFlow, "%x": CodeStart,
			"- x": CodeStart, "*x": CodeAlias, "&x y": CodeAnchor, "!x": CodeTag, "! x": CodeTag, "": CodeNoValue, "|": CodeEmptyBlock, "| x": CodeEmptyBlock, `"\d"`: CodeEscape,
			"{x: min(1, 2)}": CodeSplit, "[x}": CodeBracket,
		} {
			broken := append([]string(nil), lines...)
			broken[number-1] = head + ": " + value
			_, faults := parse(t, strings.Join(broken, "\n"))
			all := faults.All()
			if len(all) != 1 || all[0].Pos.Line != number || all[0].Code != code {
				t.Errorf("%s on line %d: want one fault %s there, got %v", fmt.Sprintf("%q", broken[number-1]), number, code, told(faults))
			}
		}
	}
}
