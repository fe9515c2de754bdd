package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"callsheet"
	"callsheet/engine"
)

// seenValues are what the stored leads hold, by field: three common values, or
// of numbers and times how far they go.
type seenValues map[string]string

// valuesFile keeps them beside the schemas, so that check can write these anew
// without a database.
const valuesFile = "values.json"

func (a *app) schemaFolder() string { return filepath.Join(a.rules, ".callsheet", "schema") }

// schemas are those of the rule book in the folder, by kind of file. Its faults
// do not matter: it is being edited.
func (a *app) schemas(seen seenValues) (map[string][]byte, error) {
	sources, err := engine.Read(os.DirFS(a.rules), callsheet.Shipped())
	if err != nil {
		return nil, unreadable(a.rules, err)
	}
	schemas, err := engine.Schemas(sources, func(field string) string { return seen[field] })
	for kind := range schemas {
		schemas[kind] = append(schemas[kind], '\n')
	}
	return schemas, err
}

// seen are the values of the stored leads. Without a database that is there,
// or a rule book in force to read it with, they are those of the last time.
func (a *app) seen(ctx context.Context, folder string) (seenValues, error) {
	if !a.dbGiven && a.missing() {
		return keptValues(folder)
	}
	seen := seenValues{}
	a.hushed = true // rule files with faults are what check tells of
	err := a.reading(ctx, func(s *session) error { return s.seeValues(ctx, seen) })
	var faults *engine.Faults
	if errors.As(err, &faults) {
		return keptValues(folder)
	}
	return seen, err
}

// seeValues looks at every field that leads are stored with.
func (s *session) seeValues(ctx context.Context, seen seenValues) error {
	const top = 3
	survey, err := s.newSurvey(ctx, s.book.Fields, top)
	if err != nil {
		return err
	}
	for _, f := range s.book.Fields {
		word, err := survey.word(ctx, f)
		if err != nil {
			return err
		}
		if said := word.seen(); said != "" {
			seen[f.Name] = said
		}
	}
	return nil
}

func keptValues(folder string) (seenValues, error) {
	text, err := os.ReadFile(filepath.Join(folder, valuesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var seen seenValues
	if err := json.Unmarshal(text, &seen); err != nil {
		return nil, fmt.Errorf("%s: %w: delete it, schema writes it anew", filepath.Join(folder, valuesFile), err)
	}
	return seen, nil
}

// writeSchemas writes the schemas that are new or changed, and names them.
func writeSchemas(folder string, schemas map[string][]byte, seen seenValues) (written []string, err error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	for _, kind := range slices.Sorted(maps.Keys(schemas)) {
		name := kind + ".json"
		changed, err := writeChanged(filepath.Join(folder, name), schemas[kind])
		if err != nil {
			return written, err
		}
		if changed {
			written = append(written, name)
		}
	}
	if len(seen) == 0 {
		return written, nil
	}
	text, err := json.MarshalIndent(seen, "", "  ")
	if err == nil {
		_, err = writeChanged(filepath.Join(folder, valuesFile), append(text, '\n'))
	}
	return written, err
}

func writeChanged(name string, text []byte) (changed bool, err error) {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, text) {
		return false, nil
	}
	return true, replaceFile(name, text)
}

// refreshSchemas writes anew what an edit has made stale, where schemas are
// kept. That it cannot is no reason to refuse a rule book.
func (a *app) refreshSchemas() {
	folder := a.schemaFolder()
	if _, err := os.Stat(folder); err != nil {
		return
	}
	seen, err := keptValues(folder)
	if err == nil {
		var schemas map[string][]byte
		if schemas, err = a.schemas(seen); err == nil {
			_, err = writeSchemas(folder, schemas, seen)
		}
	}
	if err != nil {
		a.term.Warn("the schemas for editors stay as they were: %v", err)
	}
}
