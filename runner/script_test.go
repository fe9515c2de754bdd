package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts run the program itself as the command callsheet.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"callsheet": func() {
			a := &app{stdout: os.Stdout, stderr: os.Stderr, env: os.Getenv, clock: time.Now}
			os.Exit(a.run(context.Background(), os.Args[1:]))
		},
	})
}

// TestScripts runs the stories in testdata/script: what a user types and what
// comes of it. The rule books and leads of fixtures/ are at hand in each.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exit": exitCode,
		},
		Setup: func(env *testscript.Env) error {
			for _, name := range []string{"fixtures", "campaigns.yaml", "scoring.yaml", "rules"} {
				if err := copyTree(filepath.Join("..", name), filepath.Join(env.WorkDir, "shop", name)); err != nil {
					return err
				}
			}
			env.Setenv("F0", filepath.Join(env.WorkDir, "shop", "fixtures", "f0"))
			return nil
		},
	})
}

// exitCode runs callsheet and demands an exit code: exit 3 callsheet check.
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || args[1] != "callsheet" {
		ts.Fatalf("usage: exit CODE callsheet ARGUMENTS")
	}
	err := ts.Exec("callsheet", args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s\n%s%s", got, args[0], ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

func copyTree(from, to string) error {
	if info, err := os.Stat(from); err != nil || info.IsDir() {
		if err != nil {
			return err
		}
		return os.CopyFS(to, os.DirFS(from))
	}
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
}
