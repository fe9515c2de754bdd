package dialer

import (
	"context"
	"errors"
	"fmt"
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
// processes lock two files of the same name.
func lock(ctx context.Context, folder *os.Root, name string) (unlock func(), err error) {
	file, err := folder.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = file.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			_ = file.Close()
			return nil, fmt.Errorf("flock %s: %w (the folder must be on a file system that has locks)", name, err)
		}
		select {
		case <-ctx.Done():
			_ = file.Close()
			return nil, ctx.Err()
		case <-time.After(lockPoll):
		}
	}
}
