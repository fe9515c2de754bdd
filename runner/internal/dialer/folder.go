package dialer

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// local is a folder of this machine. No name and no symbolic link in it leads
// out of it. Closing it leaves the root open, which others share.
type local struct {
	*os.Root
	name string
}

func (l local) Close() error { return nil }

func (l local) open(name string) (io.ReadCloser, error) { return l.Open(name) }

func (l local) create(name string) (file, error) {
	return l.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
}

func (l local) mkdir(name string) error { return l.Mkdir(name, 0o755) }

func (l local) sync(folder string) error {
	dir, err := l.Open(folder)
	if err != nil {
		return err
	}
	err = dir.Sync()
	return errors.Join(err, dir.Close())
}

func (l local) place(name string) string { return filepath.Join(l.name, filepath.FromSlash(name)) }

// openFolder opens a folder, and makes it where it is missing.
func openFolder(dir string) (*os.Root, error) {
	dir = filepath.Clean(dir)
	root, err := os.OpenRoot(dir)
	above := filepath.Dir(dir)
	if !errors.Is(err, fs.ErrNotExist) || above == dir {
		return root, err
	}
	parent, err := openFolder(above)
	if err != nil {
		return nil, err
	}
	defer parent.Close()
	base := filepath.Base(dir)
	if err := makeFolders(local{parent, above}, base); err != nil {
		return nil, err
	}
	return os.OpenRoot(dir)
}
