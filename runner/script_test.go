package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
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
	t.Parallel()
	tell(t, "sqlite", func(env *testscript.Env) error {
		env.Setenv("OTHER_DB", "other.db")
		return nil
	})
}

// The same stories, told on PostgreSQL: what a user sees is the same. The few
// lines that speak of a SQLite file begin with [sqlite].
func TestScriptsOnPostgres(t *testing.T) {
	t.Parallel()
	ready := storetest.Postgres(t)
	s, err := store.Open(t.Context(), ready)
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	tell(t, "postgres", func(env *testscript.Env) error {
		for _, variable := range []string{"CALLSHEET_DB", "OTHER_DB"} {
			dsn, drop, err := storetest.Copy(ready)
			if err != nil {
				return err
			}
			env.Defer(func() {
				if err := drop(); err != nil {
					t.Error(err)
				}
			})
			env.Setenv(variable, dsn)
		}
		key := filepath.Join(env.WorkDir, "suppression.key")
		env.Setenv(suppressionKey, key)
		return os.WriteFile(key, []byte("a long random text, for once\n"), 0o600)
	})
}

// takesLong passes a test over when time is short, as under the race detector,
// which makes each of the processes that it starts several times slower.
func takesLong(t *testing.T, why string) {
	t.Helper()
	if testing.Short() {
		t.Skip(why + " takes long: run without -short")
	}
}

// tell runs the scripts where CALLSHEET_DB, or what stands for it, is a database
// of a kind and OTHER_DB another one.
func tell(t *testing.T, kind string, prepare func(*testscript.Env) error) {
	takesLong(t, "starting the program hundreds of times")
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
		Condition: func(name string) (bool, error) {
			if name != "sqlite" && name != "postgres" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return name == kind, nil
		},
		Setup: func(env *testscript.Env) error {
			for _, name := range []string{"fixtures", "campaigns.yaml", "scoring.yaml", "rules"} {
				if err := copyTree(filepath.Join("..", name), filepath.Join(env.WorkDir, "shop", name)); err != nil {
					return err
				}
			}
			env.Setenv("F0", filepath.Join(env.WorkDir, "shop", "fixtures", "f0"))
			return prepare(env)
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
