package dialer

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

// LockFile stands in the output folder and lets one drain in at a time. A
// dialer that is reached over a network has one of its own, .NAME.callsheet.lock.
const LockFile = ".callsheet.lock"

// lockPoll is how often a drain that waits asks again: the lock of flock(2)
// cannot be waited for and given up at the same time.
const lockPoll = 20 * time.Millisecond

// lock keeps other drains out of a folder until unlock is called, or the
// process ends in whatever way. The file stays: removing it would let two
// processes lock two files of the same name. token, which it holds, is the same
// for all that share the lock, and for nobody else.
func lock(ctx context.Context, folder *os.Root, name string) (token string, unlock func(), err error) {
	file, err := folder.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", nil, err
	}
	unlock = func() { _ = file.Close() }
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			break
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			unlock()
			return "", nil, fmt.Errorf("flock %s: %w (the folder must be on a file system that has locks)", name, err)
		}
		select {
		case <-ctx.Done():
			unlock()
			return "", nil, ctx.Err()
		case <-time.After(lockPoll):
		}
	}
	if token, err = tokenOf(file); err != nil {
		unlock()
		return "", nil, fmt.Errorf("%s: %w", name, err)
	}
	return token, unlock, nil
}

// tokenOf reads the token of a locked file, and makes it where it is missing or
// was cut off.
func tokenOf(file *os.File) (string, error) {
	text := make([]byte, 26)
	if n, err := file.ReadAt(text, 0); n == len(text) || err != io.EOF {
		return string(text[:n]), err
	}
	token := rand.Text()
	_, err := file.WriteAt([]byte(token), 0)
	return token, err
}
