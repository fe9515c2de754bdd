package main

import (
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts run the program itself as the command callsheet. More
// tests run at once than there are cores, because most wait for a disk, a lock
// or another process.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){
		"callsheet": main,
	})
}

// TestScripts runs the stories in testdata/script: what a user types and what
// comes of it. The rule books and leads of fixtures/ are at hand in each.
func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("starting the program hundreds of times takes long: run without -short")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"bytes":   writeBytes,
			"dump":    dump,
			"exit":    wantExit,
			"inbox":   serveUploads,
			"json":    wantJSON,
			"leads":   writeLeads,
			"long":    writeLong,
			"outside": serveOutside,
			"sftpd":   serveSFTP,
			"tree":    wantTree,
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
