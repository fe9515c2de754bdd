package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestImports keeps the layout: which package may import which of ours. A
// package that is not listed has no place in it.
func TestImports(t *testing.T) {
	allowed := map[string][]string{
		"callsheet":                          {},
		"callsheet/engine/calendar":          {},
		"callsheet/engine/expression":        {},
		"callsheet/engine/internal/yamltext": {},
		"callsheet/engine": {
			"callsheet/engine/calendar", "callsheet/engine/expression", "callsheet/engine/internal/yamltext",
		},
		"callsheet/engine/ruletest":          {"callsheet/engine", "callsheet/engine/calendar", "callsheet/engine/expression"},
		"callsheet/runner/internal/crm":      {},
		"callsheet/runner/internal/terminal": {},
		"callsheet/runner/internal/tree":     {},
		"callsheet/runner/internal/intake":   {"callsheet/runner/internal/crm"},
		"callsheet/runner/internal/store":    {"callsheet/engine/expression", "callsheet/runner/internal/crm"},
		"callsheet/runner/internal/report":   {"callsheet/engine", "callsheet/engine/calendar", "callsheet/runner/internal/crm"},
		"callsheet/runner/internal/store/storetest": {
			"callsheet/engine/expression", "callsheet/runner/internal/crm", "callsheet/runner/internal/store",
		},
		"callsheet/runner/internal/dialer": {
			"callsheet/engine", "callsheet/engine/calendar", "callsheet/engine/expression", "callsheet/runner/internal/crm",
		},
		"callsheet/runner/internal/remote":  {},
		"callsheet/runner/internal/voice":   {"callsheet/runner/internal/crm", "callsheet/runner/internal/remote"},
		"callsheet/runner/internal/callity": {"callsheet/runner/internal/crm", "callsheet/runner/internal/remote"},
		"callsheet/runner/internal/dispatch": {
			"callsheet/engine", "callsheet/engine/calendar", "callsheet/engine/expression", "callsheet/runner/internal/crm",
		},
		"callsheet/runner/internal/server": {
			"callsheet/engine", "callsheet/engine/calendar", "callsheet/runner/internal/crm", "callsheet/runner/internal/dispatch",
			"callsheet/runner/internal/intake",
		},
		// Wiring: everything may be imported here, and nobody imports it.
		"callsheet/runner": {
			"callsheet", "callsheet/engine", "callsheet/engine/calendar", "callsheet/engine/expression", "callsheet/engine/ruletest", "callsheet/runner/internal/crm",
			"callsheet/runner/internal/dialer", "callsheet/runner/internal/dispatch", "callsheet/runner/internal/intake",
			"callsheet/runner/internal/report", "callsheet/runner/internal/server", "callsheet/runner/internal/store", "callsheet/runner/internal/terminal",
			"callsheet/runner/internal/tree", "callsheet/runner/internal/remote", "callsheet/runner/internal/voice", "callsheet/runner/internal/callity",
		},
	}
	for _, pkg := range packages(t) {
		may, listed := allowed[pkg.ImportPath]
		if !listed {
			t.Errorf("%s has no place in the layout: add it here and to the README, or move it", pkg.ImportPath)
		}
		for _, imported := range pkg.Imports {
			if strings.HasPrefix(imported, "callsheet") && !slices.Contains(may, imported) {
				t.Errorf("%s imports %s, which the layout forbids", pkg.ImportPath, imported)
			}
			if imported == "gopkg.in/yaml.v3" && pkg.ImportPath != "callsheet/engine/internal/yamltext" {
				t.Errorf("%s imports yaml.v3: only yamltext may", pkg.ImportPath)
			}
			if pkg.ImportPath == "callsheet/runner/internal/crm" && strings.Contains(imported, ".") {
				t.Errorf("crm imports %s: it has only the standard library", imported)
			}
		}
	}
}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "callsheet/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
