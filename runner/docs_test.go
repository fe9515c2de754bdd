package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReadme runs the first terminal session of the README: what it shows is
// what happens, byte for byte.
func TestReadme(t *testing.T) {
	takesLong(t, "starting the program hundreds of times")
	t.Parallel()
	shown := sessions(t, "../README.md")
	if len(shown) == 0 {
		t.Fatal("the README shows no session")
	}
	dir := workshop(t)
	if got := replay(t, dir, shown[0]); got != shown[0] {
		t.Errorf("the first session of the README is wrong (-shown +real):\n%s", cmp.Diff(shown[0], got))
	}
}

// TestPages runs the terminal sessions of docs/, each page in a folder of its
// own. Versions of the shipped rule book may differ.
func TestPages(t *testing.T) {
	takesLong(t, "starting the program hundreds of times")
	t.Parallel()
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	version := regexp.MustCompile(`(version|rule book) [0-9a-f]{7}`)
	for _, page := range pages {
		t.Run(filepath.Base(page), func(t *testing.T) {
			t.Parallel()
			dir := workshop(t)
			for _, shown := range sessions(t, page) {
				got := version.ReplaceAllString(replay(t, dir, shown), "$1 VERSION")
				if want := version.ReplaceAllString(shown, "$1 VERSION"); got != want {
					t.Errorf("a session is wrong (-shown +real):\n%s", cmp.Diff(want, got))
				}
			}
		})
	}
}

// sessions are the blocks of a page that begin with a prompt.
func sessions(t *testing.T, page string) (all []string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?ms)^```[a-z]*\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		if strings.HasPrefix(block[1], "$ ") {
			all = append(all, block[1])
		}
	}
	return all
}

// workshop is a folder with all that a session may name.
func workshop(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"fixtures", "campaigns.yaml", "scoring.yaml", "rules"} {
		if err := copyTree(filepath.Join("..", name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// replay types the commands of a session again and gives what a terminal would
// show. What a session builds is the program that is under test.
func replay(t *testing.T, dir, session string) string {
	t.Helper()
	var screen strings.Builder
	for line := range strings.Lines(session) {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		screen.WriteString(line)
		cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
		cmd.Dir = dir
		if strings.HasPrefix(command, "go build -o callsheet ") {
			cmd = exec.CommandContext(t.Context(), "sh", "-c", `ln -s "$(command -v callsheet)" callsheet`)
			cmd.Dir = dir
		}
		cmd.Stdout, cmd.Stderr = &screen, &screen
		// A session may show a command that fails: its messages are compared.
		if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
			t.Fatalf("%s: %v", command, err)
		}
	}
	return screen.String()
}
