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

// frequentValues are values that many stored leads have, by field.
type frequentValues map[string][]string

// valuesFile keeps them beside the schemas, so that check can write these anew
// without a database.
const valuesFile = "values.json"

func (a *app) schemaFolder() string { return filepath.Join(a.rules, ".callsheet", "schema") }

// schemas are those of the rule book in the folder, by kind of file. Its faults
// do not matter: it is being edited.
func (a *app) schemas(seen frequentValues) (map[string][]byte, error) {
	sources, err := engine.Read(os.DirFS(a.rules), callsheet.Shipped())
	if err != nil {
		return nil, unreadable(a.rules, err)
	}
	schemas, err := engine.Schemas(sources, func(field string) []string { return seen[field] })
	for kind := range schemas {
		schemas[kind] = append(schemas[kind], '\n')
	}
	return schemas, err
}

// seen are the frequent values of the stored leads. Without a database that is
// there, they are those of the last time.
func (a *app) seen(ctx context.Context, folder string) (frequentValues, error) {
	if !a.dbGiven && a.missing() {
		return keptValues(folder)
	}
	seen := frequentValues{}
	return seen, a.reading(ctx, func(s *session) error {
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
			for _, v := range word.Frequent {
				seen[f.Name] = append(seen[f.Name], fmt.Sprint(v.Value))
			}
		}
		return nil
	})
}

func keptValues(folder string) (frequentValues, error) {
	text, err := os.ReadFile(filepath.Join(folder, valuesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var seen frequentValues
	if err := json.Unmarshal(text, &seen); err != nil {
		return nil, fmt.Errorf("%s: %w: delete it, schema writes it anew", filepath.Join(folder, valuesFile), err)
	}
	return seen, nil
}

// writeSchemas writes the schemas that are new or changed, and names them.
func writeSchemas(folder string, schemas map[string][]byte, seen frequentValues) (written []string, err error) {
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
