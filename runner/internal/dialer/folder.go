package dialer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// openFolder opens a folder as a root that no name and no symbolic link in it
// leads out of, and makes it where it is missing.
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
	return enter(parent, filepath.Base(dir))
}

// enter opens a folder in another one. A new folder is synced into its parent:
// after a power cut it must not be missing with published files in it.
func enter(parent *os.Root, name string) (*os.Root, error) {
	child, err := parent.OpenRoot(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return child, err
	}
	if err := parent.Mkdir(name, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err := syncFolder(parent); err != nil {
		return nil, err
	}
	return parent.OpenRoot(name)
}

// present says whether a file is there with this content. Something else under
// its name is an error.
func present(folder *os.Root, name string, content []byte) (bool, error) {
	info, err := folder.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("%s is there and is no file: move it away", name)
	}
	found, err := sumOf(folder, name)
	if err != nil {
		return false, err
	}
	if want := hash(content); found != want {
		return false, fmt.Errorf("another %s is already there, with sha256 %s instead of %s, and was not overwritten: "+
			"find out whether the dialer has taken it, then move it away", name, found, want)
	}
	return true, nil
}

func sumOf(folder *os.Root, name string) (string, error) {
	file, err := folder.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// PartOf is the name under which a file is written before it appears under its
// own, in the same folder; a write that breaks off may leave it.
func PartOf(name string) string { return "." + name + ".part" }

// put makes a file appear whole, with its mode, and durably. What a crash left
// of an earlier try is removed first; what this try leaves too when it fails,
// so that a full disk gets its space back.
func put(folder *os.Root, name string, content []byte, mode fs.FileMode) error {
	part := PartOf(name)
	if err := folder.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := folder.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = fill(file, content, mode)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = folder.Rename(part, name)
	}
	if err != nil {
		_ = folder.Remove(part)
		return err
	}
	return syncFolder(folder)
}

// fill writes a file through to the disk and reads it back.
func fill(file *os.File, content []byte, mode fs.FileMode) error {
	if _, err := file.Write(content); err != nil {
		return err
	}
	// The mode at creation is less the umask; this one is exact.
	if err := file.Chmod(mode); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	written, err := io.ReadAll(io.NewSectionReader(file, 0, int64(len(content))+1))
	if err != nil {
		return err
	}
	if !bytes.Equal(written, content) {
		return fmt.Errorf("%s reads back as %d bytes with sha256 %s, not as the %d bytes with sha256 %s that were written: check the disk",
			file.Name(), len(written), hash(written), len(content), hash(content))
	}
	return nil
}

// syncFolder puts the names in a folder on disk.
func syncFolder(folder *os.Root) error {
	dir, err := folder.Open(".")
	if err != nil {
		return err
	}
	err = dir.Sync()
	return errors.Join(err, dir.Close())
}
