package engine

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"callsheet/engine/internal/yamltext"
)

// Sources is the text of the files of a rule book, by path.
type Sources map[string][]byte

// gather reads the files of a book: the shipped ones, each replaced by the
// book's own, and says which are the shipped ones. Tests are never inherited,
// and of the shipped packs only those that campaigns.yaml puts in force: the
// others may speak of holidays that the book does not know.
func gather(dir, shipped fs.FS) (all Sources, inherited []string, err error) {
	own, err := read(dir)
	if err != nil || shipped == nil {
		return own, nil, err
	}
	if all, err = read(shipped); err != nil {
		return nil, nil, err
	}
	maps.DeleteFunc(all, func(name string, _ []byte) bool { return name == campaignsFile || isTest(name) || isGolden(name) })
	if wanted, ok := packsIn(own, all); ok {
		maps.DeleteFunc(all, func(name string, _ []byte) bool { return isPack(name) && !slices.Contains(wanted, packOf(name)) })
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if _, ok := own[name]; !ok {
			inherited = append(inherited, name)
		}
	}
	maps.Copy(all, own)
	return all, inherited, nil
}

// packsIn are the packs that a book puts in force; ok is false when it names
// one that is neither among its own nor shipped, so that all those that ship
// can be offered in its place.
func packsIn(own, shipped Sources) (names []string, ok bool) {
	root := func(name string) *yamltext.Node { return yamltext.Parse(name, own[name], &yamltext.Faults{}) }
	var there []string
	for name := range own {
		if isPack(name) {
			there = append(there, child(root(name), "pack").Text())
		}
	}
	for name := range shipped {
		if isPack(name) {
			there = append(there, packOf(name))
		}
	}
	ok = true
	for _, item := range child(root(campaignsFile), "packs").Items() {
		names = append(names, item.Text())
		ok = ok && slices.Contains(there, item.Text())
	}
	return names, ok
}

// packOf is the pack that a shipped file holds, by its name.
func packOf(file string) string { return strings.TrimSuffix(path.Base(file), ".yaml") }

// read finds the rule files of a folder: the two at its top, and every YAML
// file under rules/ whose name does not begin with a dot.
func read(dir fs.FS) (Sources, error) {
	files := Sources{}
	// The names that look like ours are read too, to say what is wrong with them.
	for _, name := range []string{campaignsFile, scoringFile, "campaigns.yml", "scoring.yml"} {
		if err := files.add(dir, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	if _, err := fs.Stat(dir, "rules"); errors.Is(err, fs.ErrNotExist) {
		return files, nil
	}
	return files, files.walk(dir, "rules")
}

// walk adds the YAML files of a folder and of those in it. Links are followed,
// because a mounted Kubernetes ConfigMap is made of them; one that leads back
// ends at the limit of levels.
func (s Sources) walk(dir fs.FS, folder string) error {
	const levels = 6
	if strings.Count(folder, "/") >= levels {
		return fmt.Errorf("%s: folders of rule files are nested too deeply, or a link leads back", folder)
	}
	entries, err := fs.ReadDir(dir, folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		if err := s.visit(dir, path.Join(folder, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

func (s Sources) visit(dir fs.FS, name string) error {
	info, err := fs.Stat(dir, name)
	switch {
	case err != nil && isYAML(name):
		return err
	case err != nil:
		return nil
	case info.IsDir() && isYAML(name):
		return fmt.Errorf("%s is a folder with the name of a rule file: rename it", name)
	case info.IsDir():
		return s.walk(dir, name)
	case isYAML(name), isGolden(name):
		return s.add(dir, name)
	}
	return nil
}

// maxFiles is far more rule files than a call centre has.
const maxFiles = 1000

// add reads a file as far as a rule file may be long, and one byte more for
// whoever judges that.
func (s Sources) add(dir fs.FS, name string) error {
	info, err := fs.Stat(dir, name)
	if err != nil {
		return err
	}
	switch {
	case info.IsDir():
		return unusable(name, "is a directory")
	case !info.Mode().IsRegular():
		return unusable(name, "is no regular file")
	case len(s) == maxFiles:
		return unusable(name, fmt.Sprintf("there are more than %d rule files: is this the right folder?", maxFiles))
	}
	file, err := dir.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	s[name], err = io.ReadAll(io.LimitReader(file, yamltext.MaxSize+1))
	return err
}

// unusable is a file that is no rule file.
func unusable(name, why string) error {
	return &fs.PathError{Op: "read", Path: name, Err: errors.New(why)}
}

func isYAML(name string) bool {
	ext := path.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

func isTest(name string) bool {
	folder := path.Dir(name)
	return (folder == "rules" || folder == "rules/recorded") && strings.HasSuffix(name, "_test.yaml")
}

// isGolden says that a file is what a test expects of a dialer's file.
func isGolden(name string) bool {
	return path.Dir(name) == "rules/"+goldenFolder && path.Ext(name) == ".csv"
}

func isPack(name string) bool {
	return strings.HasPrefix(name, packsFolder) && strings.HasSuffix(name, ".yaml")
}
