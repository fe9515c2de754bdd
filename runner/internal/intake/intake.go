// Package intake is the door through which files come in: leads, agents,
// wallets, tasks and dialer contacts as CSV or NDJSON. It reads a file once,
// in constant memory, says for each row what it gives or why it cannot be
// stored, and writes the rows that were turned away beside the file.
//
// A file as a whole is refused with a *FileError; a row is refused with a
// reason in its Reject, and the rows around it are kept.
package intake

import "fmt"

// FileError says why a file cannot be read, or not any further.
type FileError struct {
	File string // as it was named to Open
	Line int    // 0 when it is about the whole file
	Err  error
}

// Error gives file, line and cause.
func (e *FileError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err)
}

// Unwrap is the cause, such as fs.ErrNotExist.
func (e *FileError) Unwrap() error { return e.Err }
