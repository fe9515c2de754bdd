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
	top, err := astray(dir)
	if err != nil {
		return nil, err
	}
	for _, name := range append(top, campaignsFile, scoringFile) {
		if err := files.add(dir, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	if _, err := fs.Stat(dir, "rules"); errors.Is(err, fs.ErrNotExist) {
		return files, nil
	}
	return files, files.walk(dir, "rules")
}

// astray are the files at the top of a folder that are named like those of a
// book and are none, or like those under rules/. They are read to say so.
func astray(dir fs.FS) (names []string, err error) {
	entries, err := fs.ReadDir(dir, ".")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, entry := range entries {
		name := entry.Name()
		if !isYAML(name) || entry.IsDir() || name == campaignsFile || name == scoringFile {
			continue
		}
		if _, like := meant(name); like {
			names = append(names, name)
		}
	}
	return names, nil
}

// meant is the rule file that a file at the top of a folder was meant to be.
func meant(name string) (string, bool) {
	stem := strings.TrimSuffix(name, path.Ext(name))
	below := "rules/" + stem + ".yaml"
	if slices.Contains(ruleFiles(), below) || isTest(below) {
		return below, true
	}
	best, like := yamltext.Suggest(stem, []string{strings.TrimSuffix(campaignsFile, ".yaml"), strings.TrimSuffix(scoringFile, ".yaml")})
	return best + ".yaml", like
}

// walk adds the YAML files of a folder and of those in it. Links are followed,
// because a mounted Kubernetes ConfigMap is made of them; one that leads back
// ends at the limit of levels.
func (s Sources) walk(dir fs.FS, folder string) error {
	const levels = 6
	if strings.Count(folder, "/") >= levels {
		return unusable(folder, "folders of rule files are nested too deeply, or a link leads back", "delete the link, or move the files up")
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
		return unreadable(name, err)
	case err != nil:
		return nil
	case info.IsDir() && isYAML(name):
		return unusable(name, "this is a folder with the name of a rule file", "rename it")
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
	if errors.Is(err, fs.ErrNotExist) {
		return err
	}
	switch {
	case err != nil:
		return unreadable(name, err)
	case info.IsDir():
		return unusable(name, "this is a folder with the name of a rule file", "rename it")
	case !info.Mode().IsRegular():
		return unusable(name, "this is no regular file", "put a file in its place")
	case len(s) == maxFiles:
		return unusable(name, fmt.Sprintf("there are more than %d rule files", maxFiles), "is this the right folder? name the one of the rule book with --rules")
	}
	file, err := dir.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	s[name], err = io.ReadAll(io.LimitReader(file, yamltext.MaxSize+1))
	return err
}

// unusable is the finding that a file or folder cannot be one of a book.
func unusable(name, why, hint string) error {
	at := yamltext.Pos{File: name, Line: 1, Column: 1}
	return &Faults{Files: 1, List: []Fault{framed(yamltext.Fault{Code: codeUnusable, Pos: at, Width: 1, Message: why, Hint: hint}, nil)}}
}

// unreadable is the finding for what the system says about a file.
func unreadable(name string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return unusable(name, "this cannot be read: "+err.Error(), "mend or delete the file, or the link")
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
