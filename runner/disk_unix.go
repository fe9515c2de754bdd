//go:build linux || darwin

package main

import "syscall"

// freeOn is how many bytes may still be written to the disk of a folder.
func freeOn(folder string) (bytes uint64, known bool) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(folder, &disk); err != nil {
		return 0, false
	}
	return disk.Bavail * uint64(disk.Bsize), true
}
