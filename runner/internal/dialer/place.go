package dialer

import (
	"errors"
	"fmt"
	"os"
	"path"

	"callsheet/runner/internal/crm"
)

// Place makes a file and its manifest where they belong in a folder from which
// nobody takes anything meanwhile, such as that of a simulation: not whole at
// once, and without waiting for the disk. What is there under their names is
// replaced.
func Place(out *os.Root, f *crm.File) error {
	content, err := sealed(f)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	d := &delivery{File: f, content: content}
	manifest, err := d.manifest()
	if err == nil {
		err = out.MkdirAll(path.Dir(f.Name), 0o755)
	}
	if err == nil {
		err = place(out, f.Name+ManifestSuffix, manifest, d.mode())
	}
	if err == nil {
		err = place(out, f.Name, content, d.mode())
	}
	if err != nil {
		return fmt.Errorf("folder %s: %w", out.Name(), err)
	}
	return nil
}

func place(out *os.Root, name string, content []byte, mode os.FileMode) error {
	file, err := out.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	// The mode at creation is less the umask; this one is exact.
	return errors.Join(err, file.Chmod(mode), file.Close())
}
