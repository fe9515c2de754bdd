package engine_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"callsheet/engine"
)

// Every code that a finding can have is explained, and no other.
func TestCodes(t *testing.T) {
	t.Parallel()
	var used []string
	for _, file := range []string{"faults.go", "expression/fault.go", "internal/yamltext/code.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`= "(R\d{3})"`).FindAllStringSubmatch(string(text), -1) {
			used = append(used, found[1])
		}
	}
	slices.Sort(used)
	var explained []string
	for _, c := range engine.Codes() {
		explained = append(explained, c.Code)
		if c.Meaning == "" || c.Meaning[len(c.Meaning)-1] != '.' {
			t.Errorf("%s: the meaning is %q, want a sentence", c.Code, c.Meaning)
		}
	}
	if !slices.Equal(used, explained) {
		t.Errorf("used      %v\nexplained %v", used, explained)
	}
}

// The examples of what to write are of fields that there are.
func TestCodesNameFieldsThatExist(t *testing.T) {
	t.Parallel()
	book, err := engine.Compile(shippedFiles(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range engine.Codes() {
		for _, name := range regexp.MustCompile(`\b(?:lead|contact|call|slot|campaign|agent)\.\w+`).FindAllString(c.Right, -1) {
			if _, known := book.Schema.Index(name); !known {
				t.Errorf("%s recommends %s, and there is no field %s", c.Code, c.Right, name)
			}
		}
	}
}
