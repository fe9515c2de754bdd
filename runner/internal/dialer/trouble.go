package dialer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// waiting says what becomes of the files when none could be written.
func waiting(files int) string {
	if files == 1 {
		return "1 file stays claimed and the next start-campaign writes it"
	}
	return fmt.Sprintf("%d files stay claimed and the next start-campaign writes them", files)
}

// folderError is a folder that cannot be used, and why.
type folderError struct {
	folder string
	cause  error
}

var errInTheWay = errors.New("not a directory, a file stands there: remove or rename it")

// outOfUse is the error of a folder that could not be opened.
func outOfUse(folder string, cause error) folderError {
	if path, ok := errors.AsType[*fs.PathError](cause); ok {
		cause = path.Err // folder says it already
	}
	if info, err := os.Stat(folder); err == nil && !info.IsDir() {
		cause = errInTheWay
	}
	return folderError{folder, cause}
}

// Error names the folder and the cause.
func (e folderError) Error() string { return fmt.Sprintf("folder %s: %v", e.folder, e.cause) }

// Unwrap is the cause.
func (e folderError) Unwrap() error { return e.cause }

// of says what becomes of the files for the folder.
func (e folderError) of(files int) error { return fmt.Errorf("%w; %s", e, waiting(files)) }

// faults are the files that could not be written: each with its own error, or
// counted where a folder keeps all of its files out.
type faults struct {
	list    []error
	folders []folderError
	files   map[string]int // by folder
}

func (f *faults) add(file string, err error) {
	folder, ok := errors.AsType[folderError](err)
	if !ok {
		f.list = append(f.list, fmt.Errorf("%s: %w; it stays claimed and the next start-campaign tries again", file, err))
		return
	}
	if f.files == nil {
		f.files = map[string]int{}
	}
	if f.files[folder.folder]++; f.files[folder.folder] == 1 {
		f.folders = append(f.folders, folder)
	}
}

// and joins the errors with the one that ended the drain, if any.
func (f *faults) and(last error) error {
	all := f.list
	for _, folder := range f.folders {
		all = append(all, folder.of(f.files[folder.folder]))
	}
	return errors.Join(append(all, last)...)
}
