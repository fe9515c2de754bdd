package main

import (
	"encoding/json"

	"callsheet/engine"
)

// sarif is a list of findings in the form that code hosts show beside the
// lines: SARIF 2.1.0 (OASIS), of which it uses what they read.
func sarif(list []engine.Fault) ([]byte, error) {
	type message struct {
		Text string `json:"text"`
	}
	type rule struct {
		ID   string  `json:"id"`
		Full message `json:"fullDescription"`
	}
	type place struct {
		Physical struct {
			File struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region struct {
				Line   int `json:"startLine"`
				Column int `json:"startColumn"`
			} `json:"region"`
		} `json:"physicalLocation"`
	}
	type result struct {
		Rule      string  `json:"ruleId"`
		Level     string  `json:"level"`
		Message   message `json:"message"`
		Locations []place `json:"locations"`
	}
	type driver struct {
		Name  string `json:"name"`
		Rules []rule `json:"rules"`
	}
	type run struct {
		Tool struct {
			Driver driver `json:"driver"`
		} `json:"tool"`
		Columns string   `json:"columnKind"`
		Results []result `json:"results"`
	}
	all := run{Columns: "unicodeCodePoints", Results: []result{}}
	all.Tool.Driver = driver{Name: "callsheet", Rules: []rule{}}
	used := map[string]bool{}
	for _, f := range list {
		text := f.Message
		if f.Hint != "" {
			text += ": " + f.Hint
		}
		var at place
		at.Physical.File.URI, at.Physical.Region.Line, at.Physical.Region.Column = f.File, f.Line, f.Column
		all.Results = append(all.Results, result{f.Code, severity(f), message{text}, []place{at}})
		used[f.Code] = true
	}
	for _, c := range engine.Codes() {
		if used[c.Code] {
			all.Tool.Driver.Rules = append(all.Tool.Driver.Rules, rule{c.Code, message{c.Meaning}})
		}
	}
	return json.MarshalIndent(struct {
		Schema  string `json:"$schema"`
		Version string `json:"version"`
		Runs    []run  `json:"runs"`
	}{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []run{all}}, "", "  ")
}
