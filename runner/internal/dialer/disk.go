package dialer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// disk is a file system below one folder; names have slashes and no dots. A
// name that is missing is fs.ErrNotExist.
type disk interface {
	Stat(name string) (fs.FileInfo, error)
	Lstat(name string) (fs.FileInfo, error)
	Rename(from, to string) error // over what is there
	Remove(name string) error
	Close() error
	open(name string) (io.ReadCloser, error)
	// create makes a file that is not there, with mode 0600.
	create(name string) (file, error)
	mkdir(name string) error
	// sync puts the names in a folder on disk.
	sync(folder string) error
	// place is a name as people know it.
	place(name string) string
}

type file interface {
	io.Writer
	io.ReaderAt
	io.Closer
	Chmod(mode fs.FileMode) error
	Sync() error
}

// makeFolders makes the folders that are missing. A new one is synced into its
// parent: after a power cut it must not be missing with published files in it.
func makeFolders(d disk, name string) error {
	if name == "." {
		return nil
	}
	info, err := d.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return nil
	case err == nil:
		return folderError{d.place(name), errInTheWay}
	case !errors.Is(err, fs.ErrNotExist):
		if above := makeFolders(d, path.Dir(name)); above != nil {
			return above // it has the better reason
		}
		return folderError{d.place(name), err}
	}
	parent := path.Dir(name)
	if err := makeFolders(d, parent); err != nil {
		return err
	}
	if err := d.mkdir(name); err != nil {
		if info, again := d.Stat(name); again != nil || !info.IsDir() { // somebody else may have made it
			return folderError{d.place(name), err}
		}
	}
	return d.sync(parent)
}

// present says whether a file is there with this content. Something else under
// its name is an error.
func present(d disk, name string, content []byte) (bool, error) {
	info, err := d.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("%s is there and is no file: move it away", path.Base(name))
	}
	found, err := sumOf(d, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // taken since
	}
	if err != nil {
		return false, err
	}
	if want := hash(content); found != want {
		return false, fmt.Errorf("another %s is already there, with sha256 %s instead of %s, and was not overwritten: "+
			"find out whether the dialer has taken it, then move it away", path.Base(name), found, want)
	}
	return true, nil
}

func sumOf(d disk, name string) (string, error) {
	file, err := d.open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.CopyBuffer(struct{ io.Writer }{h}, struct{ io.Reader }{file}, make([]byte, 256<<10)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// fill writes a file through to the disk and reads it back.
func fill(file file, content []byte, mode fs.FileMode, fault func(point string) error) error {
	half := len(content) / 2
	if _, err := file.Write(content[:half]); err != nil {
		return err
	}
	if err := fault(".write"); err != nil {
		return err
	}
	if _, err := file.Write(content[half:]); err != nil {
		return err
	}
	// The mode at creation is less the umask; this one is exact.
	if err := file.Chmod(mode); err != nil {
		return err
	}
	if err := fault(".fsync"); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := fault(".verify"); err != nil {
		return err
	}
	written := make([]byte, len(content)+1)
	n, err := file.ReadAt(written, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if written = written[:n]; !bytes.Equal(written, content) {
		return fmt.Errorf("it reads back as %d bytes with sha256 %s, not as the %d bytes with sha256 %s that were written: check the disk",
			n, hash(written), len(content), hash(content))
	}
	return nil
}
