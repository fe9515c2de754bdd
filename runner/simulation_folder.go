package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	slash "path"
	"slices"
	"strings"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dialer"
)

// mark is the file that says a folder belongs to simulations. It lists what
// they wrote, a name below the folder on each line.
const mark = ".callsheet-simulation"

// ownFolder is a folder of simulations.
type ownFolder struct {
	path string
	// root keeps names, also those of a list that somebody has edited, inside
	// the folder.
	root *os.Root
}

// takeFolder makes a folder empty and a simulation's own. What the simulation
// before has listed is removed and nothing else: a folder that holds more is
// refused and stays as it is.
func takeFolder(name string) (*ownFolder, error) {
	if err := os.MkdirAll(name, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	f := &ownFolder{name, root}
	if err := f.clear(); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return f, nil
}

func (f *ownFolder) close() error { return f.root.Close() }

// clear removes what is listed and begins a new list.
func (f *ownFolder) clear() error {
	files, folders, err := f.listed()
	if err != nil {
		return err
	}
	foreign, err := f.foreign(files, folders)
	if err != nil {
		return err
	}
	if foreign != "" {
		return fmt.Errorf("folder %s holds %s, which is not on the list of what a simulation wrote: move it away, or name another folder with --out", f.path, foreign)
	}
	// The names of what is in a folder are longer than its own.
	longestFirst := func(a, b string) int { return len(b) - len(a) }
	names := slices.Collect(maps.Keys(files))
	names = append(names, slices.SortedFunc(maps.Keys(folders), longestFirst)...)
	for _, name := range names {
		if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clear folder %s: %w", f.path, err)
		}
	}
	const begin = "# Written by callsheet simulate. The next one removes these files:\n"
	return f.root.WriteFile(mark, []byte(begin), 0o644)
}

// listed reads the list: the files, and the folders that they are in. Without a
// list there are none.
func (f *ownFolder) listed() (files, folders map[string]bool, err error) {
	text, err := f.root.ReadFile(mark)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("folder %s: %w", f.path, err)
	}
	files, folders = map[string]bool{}, map[string]bool{}
	for line := range bytes.Lines(text) {
		name := strings.TrimSuffix(string(line), "\n")
		if strings.HasPrefix(name, "#") || !fs.ValidPath(name) || name == "." {
			continue
		}
		files[name] = true
		for dir := slash.Dir(name); dir != "."; dir = slash.Dir(dir) {
			folders[dir] = true
		}
	}
	return files, folders, nil
}

// foreign is the first thing in the folder that is not listed, in the order of
// names.
func (f *ownFolder) foreign(files, folders map[string]bool) (found string, err error) {
	err = fs.WalkDir(f.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		own := files[name]
		if entry != nil && entry.IsDir() {
			own = folders[name] || name == "."
		}
		switch {
		case err != nil:
			return fmt.Errorf("folder %s: %w", f.path, err)
		case own || name == mark:
			return nil
		}
		found = name
		return fs.SkipAll
	})
	return found, err
}

// list adds files to the list, before they are written.
func (f *ownFolder) list(files []crm.File) error {
	var lines strings.Builder
	for i := range files {
		name := files[i].Name
		lines.WriteString(name + "\n" + name + dialer.ManifestSuffix + "\n")
	}
	file, err := f.root.OpenFile(mark, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("folder %s: %w", f.path, err)
	}
	_, err = file.WriteString(lines.String())
	return errors.Join(err, file.Close())
}
