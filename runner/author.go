package main

import (
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"
)

// fileAuthor is the owner of the rule file that was saved last, which is who
// saved it as far as the system can tell; empty when it cannot.
func fileAuthor(folder string) string {
	var newest time.Time
	author := ""
	look := func(path string) {
		if info, err := os.Stat(path); err == nil && !info.IsDir() && info.ModTime().After(newest) {
			newest, author = info.ModTime(), ownerOf(info)
		}
	}
	look(filepath.Join(folder, "campaigns.yaml"))
	look(filepath.Join(folder, "scoring.yaml"))
	_ = filepath.WalkDir(filepath.Join(folder, "rules"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".yaml") && !strings.HasPrefix(entry.Name(), ".") {
			look(path)
		}
		return nil
	})
	return author
}

// thisUser is who runs the program.
func thisUser() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}
