package engine

import (
	"maps"
	"slices"

	"callsheet/engine/internal/yamltext"
)

// collectNames finds the words that one file defines and others use, before
// any file is judged.
func (l *loader) collectNames() {
	campaigns := l.nodes[campaignsFile]
	l.names = names{
		types:     entries(child(l.nodes[leadsFile], "types"), "type"),
		segments:  entries(child(l.nodes[leadsFile], "segments"), "segment"),
		grades:    entries(child(l.nodes[scoringFile], "grades"), "grade"),
		groups:    keys(child(campaigns, "groups")),
		slots:     keys(child(campaigns, "slots")),
		campaigns: keys(child(campaigns, "campaigns")),
		outcomes:  keys(child(l.nodes[wrapupsFile], "outcomes")),
		dialers:   keys(child(l.nodes[dialersFile], "dialers")),
		calendars: keys(child(l.nodes[calendarsFile], "calendars")),
		packs:     []string{},
	}
	groups := child(l.nodes[scoringFile], "groups")
	l.names.scoreLines = keys(groups)
	for _, pair := range groups.Pairs() {
		l.names.scoreLines = append(l.names.scoreLines, keys(child(pair.Value, "rules"))...)
	}
	readable := true
	for _, name := range slices.Sorted(maps.Keys(l.nodes)) {
		if !isPack(name) {
			continue
		}
		pack := child(l.nodes[name], "pack").Text()
		readable = readable && pack != ""
		l.names.packs = append(l.names.packs, pack)
		l.names.packRules = append(l.names.packRules, keys(child(l.nodes[name], "rules"))...)
	}
	if !readable {
		l.names.packs = nil
	}
}

func (l *loader) valuesFrom(list string) []string {
	switch list {
	case "types":
		return l.names.types
	case "segments":
		return l.names.segments
	case "grades":
		return l.names.grades
	case "groups":
		return l.names.groups
	case "outcomes":
		return l.names.outcomes
	case "slots":
		return l.names.slots
	case "campaigns":
		return l.names.campaigns
	}
	return nil
}

// child is the value of a key, without judging the rest of the mapping.
func child(n *yamltext.Node, key string) *yamltext.Node {
	for _, p := range n.Pairs() {
		if p.Key.Text() == key {
			return p.Value
		}
	}
	return nil
}

// keys are the names in a mapping; nil when there is none.
func keys(n *yamltext.Node) []string {
	if n.Kind() != yamltext.Mapping {
		return nil
	}
	words := []string{}
	for _, p := range n.Pairs() {
		words = append(words, p.Key.Text())
	}
	return words
}

// entries are the names in a list of mappings that each have one under key;
// nil when one of them has none.
func entries(n *yamltext.Node, key string) []string {
	if n.Kind() != yamltext.Sequence {
		return nil
	}
	words := []string{}
	for _, item := range n.Items() {
		word := child(item, key).Text()
		if word == "" {
			return nil
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}
