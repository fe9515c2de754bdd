package dialer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// waiting says what becomes of files that are not handed over.
func waiting(files int) string {
	if files == 1 {
		return "1 file waits, and the next run hands it over"
	}
	return fmt.Sprintf("%d files wait, and the next run hands them over", files)
}

// errTaken says that somebody else is handing a file over.
var errTaken = errors.New("somebody else is handing it over")

// held says what an error means for the files of a dialer that are still to be
// handed over, the one in trouble first.
func held(err error, dialer string, files int) error {
	switch later := files - 1; {
	case isStoreError(err):
		return err
	case errors.Is(err, errTaken):
		return nil // it will come, and what waits for it after it
	case later == 0:
		return fmt.Errorf("%w; it waits, and the next run tries again", err)
	case later == 1:
		return fmt.Errorf("%w; it waits, and so does 1 later file for %s: the next run tries again", err, dialer)
	default:
		return fmt.Errorf("%w; it waits, and so do %d later files for %s: the next run tries again", err, later, dialer)
	}
}

// storeError is an error of the database: what follows would fail too.
type storeError struct{ error }

// Unwrap is what the store said.
func (e storeError) Unwrap() error { return e.error }

func isStoreError(err error) bool {
	_, yes := errors.AsType[storeError](err)
	return yes
}

// lostError is a connection that broke: what was asked last may have been done
// or not.
type lostError struct{ error }

// Unwrap is what broke it.
func (e lostError) Unwrap() error { return e.error }

// folderError is a folder that cannot be used, and why.
type folderError struct {
	folder string
	cause  error
}

var errInTheWay = errors.New("not a directory, a file stands there: remove or rename it")

// outOfUse is the error of a folder that could not be opened.
func outOfUse(folder string, cause error) error {
	if inner, ok := errors.AsType[folderError](cause); ok {
		return inner
	}
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
