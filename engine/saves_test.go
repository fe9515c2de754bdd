package engine

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// The programs that analysts save with, as they do it: one change a save.
func TestWatchPrograms(t *testing.T) {
	t.Parallel()
	programs := map[string]struct {
		needs string
		save  func(d *desk, text []byte)
	}{
		"cp": {"cp", func(d *desk, text []byte) {
			d.write("new.txt", text)
			d.command("cp", "new.txt", "campaigns.yaml")
		}},
		"mv": {"mv", func(d *desk, text []byte) {
			d.write("new.txt", text)
			d.command("mv", "new.txt", "campaigns.yaml")
		}},
		"sed -i": {"sed", func(d *desk, text []byte) {
			d.command("sed", "-i", "s/max_per_slot: [0-9]/"+limitOf(d.T, text)+"/", "campaigns.yaml")
		}},
		"git checkout": {"git", func(d *desk, text []byte) {
			if _, err := os.Stat(d.path(".git")); err != nil {
				d.command("git", "init", "-q")
				d.commit("before")
			}
			d.command("git", "checkout", "-q", "-b", "edit"+limitOf(d.T, text)[len("max_per_slot: "):])
			before := d.text("campaigns.yaml")
			// The commit is made where nobody watches.
			elsewhere := filepath.Join(d.TempDir(), "work")
			d.command("git", "worktree", "add", "-q", "--detach", elsewhere)
			d.must(os.WriteFile(filepath.Join(elsewhere, "campaigns.yaml"), text, 0o600))
			d.command("git", "-C", elsewhere, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-a", "-m", "edit")
			if !bytes.Equal(before, d.text("campaigns.yaml")) {
				d.Fatal("the folder changed before the checkout")
			}
			out, err := exec.Command("git", "-C", elsewhere, "rev-parse", "HEAD").Output()
			d.must(err)
			d.command("git", "checkout", "-q", string(bytes.TrimSpace(out)))
		}},
		"vim": {"vim", func(d *desk, text []byte) {
			d.command("vim", "-es", "-u", "NONE", "-c", "set backup writebackup swapfile", "-c", "%s/max_per_slot: [0-9]$/"+limitOf(d.T, text)+"/", "-c", "wq", "campaigns.yaml")
		}},
		"vim, step by step": {"", func(d *desk, text []byte) { // :w with backup and swap files
			d.write(".campaigns.yaml.swp", []byte("b0VIM"))
			d.write("4913", nil)
			d.must(os.Remove(d.path("4913")))
			d.must(os.Rename(d.path("campaigns.yaml"), d.path("campaigns.yaml~")))
			d.write("campaigns.yaml", nil)
			time.Sleep(15 * time.Millisecond)
			d.write("campaigns.yaml", text)
			d.must(os.Chmod(d.path("campaigns.yaml"), 0o600))
			d.must(os.Remove(d.path("campaigns.yaml~")))
			d.must(os.Remove(d.path(".campaigns.yaml.swp")))
		}},
		"VS Code": {"", func(d *desk, text []byte) { // truncates, then writes in place
			d.must(os.Truncate(d.path("campaigns.yaml"), 0))
			time.Sleep(15 * time.Millisecond)
			d.write("campaigns.yaml", text)
			d.must(os.Chtimes(d.path("campaigns.yaml"), time.Now(), time.Now()))
		}},
		"nano or Kate, with a backup": {"", func(d *desk, text []byte) {
			d.write("campaigns.yaml~", d.text("campaigns.yaml"))
			d.write("campaigns.yaml.kate-swp", text)
			d.must(os.Rename(d.path("campaigns.yaml.kate-swp"), d.path("campaigns.yaml")))
		}},
	}
	for name, program := range programs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(program.needs); program.needs != "" && err != nil {
				t.Skipf("%s is not installed", program.needs)
			}
			d := opened(t, nil)
			d.eventsOnly()
			stop := d.watch()
			for n := 4; n <= 6; n++ {
				program.save(d, d.limited(n))
				d.next(Applied)
				d.inForce(n)
			}
			stop()
			d.toldExactly()
		})
	}
}

// What is no edit changes nothing, and is not told.
func TestWatchNoEdits(t *testing.T) {
	t.Parallel()
	k := &shelf{}
	d := opened(t, k)
	d.eventsOnly()
	d.engine.poll = 50 * time.Millisecond
	stop := d.watch()
	for _, name := range []string{"campaigns.yaml", "scoring.yaml"} {
		d.must(os.Chtimes(d.path(name), time.Now(), time.Now()))
		d.must(os.Chmod(d.path(name), 0o640))
		d.write(name, append(d.text(name), "# a comment\n"...))
		d.write(name, d.text(name))
	}
	d.must(os.MkdirAll(d.path("rules"), 0o700))
	for _, name := range []string{"rules/REJECTED.txt", "rules/notes.md", "rules/.hidden.yaml", "notes.txt", "campaigns.yaml.before-rollback"} {
		d.write(name, []byte("lead.score: nonsense\n"))
	}
	time.Sleep(500 * time.Millisecond)
	stop()
	d.toldExactly()
	k.savedExactly(t, d.engine.Status().Version)
}

func (d *desk) command(name string, args ...string) {
	d.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = d.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		d.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}

func (d *desk) commit(message string) {
	d.Helper()
	d.command("git", "add", "-A")
	d.command("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", message)
}

// limitOf is the first maximum that a text gives a campaign.
func limitOf(t *testing.T, text []byte) string {
	t.Helper()
	at := bytes.Index(text, []byte("max_per_slot: "))
	if at < 0 {
		t.Fatal("no maximum")
	}
	line, _, _ := bytes.Cut(text[at:], []byte("\n"))
	return string(line)
}
