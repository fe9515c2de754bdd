package dialer_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dialer"
	"callsheet/runner/internal/store"
)

// childOrder tells a process that it is a child of the crash tests, and what
// it has to do.
const childOrder = "CALLSHEET_TEST_DRAIN"

// order is one drain in another process.
type order struct {
	Home            string // of the database and the output folder
	SFTP, Key, Host string
	HTTP            string
	Point           string // where it kills itself, at which time
	Ordinal         int
}

func TestMain(m *testing.M) {
	if text := os.Getenv(childOrder); text != "" {
		os.Exit(drainAsChild(text))
	}
	os.Exit(m.Run())
}

func drainAsChild(text string) int {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	ctx := context.Background()
	db, err := store.Open(ctx, filepath.Join(o.Home, "callsheet.db"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	defer db.Close()
	fmt.Println("ready")
	p := o.publisher(db)
	p.Fault = func(point string) error {
		if point == o.Point {
			if o.Ordinal--; o.Ordinal == 0 {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
		return nil
	}
	if _, err := p.Drain(ctx, time.UnixMilli(1)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (o order) publisher(db *store.Store) *dialer.Publisher {
	p := &dialer.Publisher{Store: db, Out: filepath.Join(o.Home, "out")}
	switch {
	case o.SFTP != "":
		p.Transport = func(string) (dialer.Transport, error) { return dialer.NewSFTP(o.SFTP, o.Key, o.Host) }
	case o.HTTP != "":
		p.Transport = uploadTo(o.HTTP)
	}
	return p
}

// start starts a drain in another process and returns when it begins.
func (o order) start(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd, begins := o.launch(t)
	begins()
	return cmd
}

// launch starts a drain in another process; begins waits until it begins.
func (o order) launch(t *testing.T) (cmd *exec.Cmd, begins func()) {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childOrder+"="+string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return cmd, func() {
		if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
			t.Fatalf("the child says %q, %v", line, err)
		}
	}
}

// killed says that a process was ended by SIGKILL.
func killed(err error) bool {
	exit, ok := err.(*exec.ExitError)
	return ok && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
}

// kills is how many random kills a test makes: CALLSHEET_KILLS, or a number
// that an ordinary run has time for.
func kills(t *testing.T, otherwise int) int {
	t.Helper()
	text := os.Getenv("CALLSHEET_KILLS")
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func TestCrashAtEveryPoint(t *testing.T) {
	if testing.Short() {
		t.Skip("killing processes again and again takes long: run without -short")
	}
	t.Parallel()
	w := newWorld(t)
	w.consume(w.in)
	w.killAtPoints(folderPoints())
	w.check()
}

func folderPoints() []string {
	return slices.DeleteFunc(dialer.Points(), func(point string) bool { return strings.HasPrefix(point, "send") })
}

func uploadPoints() []string {
	return slices.DeleteFunc(dialer.Points(), func(point string) bool {
		step, _, _ := strings.Cut(point, ".")
		return !slices.Contains([]string{"sending", "send", "published", "forget"}, step)
	})
}

// killAtPoints kills a drain at every point, the first, second and fifth time
// that it gets there.
func (w *world) killAtPoints(points []string) {
	w.Helper()
	for _, point := range points {
		for _, ordinal := range []int{1, 2, 5} {
			w.claim(3)
			o := w.order
			o.Point, o.Ordinal = point, ordinal
			if err := o.start(w.T).Wait(); !killed(err) {
				w.Errorf("the drain that should die at %s, time %d, ended with %v", point, ordinal, err)
			}
			w.kills++
		}
	}
}

// Two drains at once, one of them or both killed at any instant.
func TestCrashAtRandom(t *testing.T) {
	if testing.Short() {
		t.Skip("killing processes again and again takes long: run without -short")
	}
	t.Parallel()
	w := newWorld(t)
	w.consume(w.in)
	rng, span := seeded(t), w.span()
	want := kills(t, 60)
	for round := 0; w.kills < want && round < 4*want; round++ {
		w.claim(1 + rng.IntN(4))
		second, _ := w.launch(t)
		first := w.start(t)
		time.Sleep(time.Duration(rng.Int64N(int64(span))))
		_ = first.Process.Kill()
		if rng.IntN(2) == 0 {
			_ = second.Process.Kill()
		}
		w.ended(first, second)
	}
	w.check()
}

// Over SFTP the server dies too.
func TestCrashSFTP(t *testing.T) {
	if testing.Short() {
		t.Skip("killing processes again and again takes long: run without -short")
	}
	t.Parallel()
	s := startSSH(t)
	w := newWorld(t)
	w.in = s.folder
	w.SFTP, w.Key, w.Host = s.url(), s.path("client_key"), s.path("known_hosts")
	w.consume(w.in)
	if os.Getenv("CALLSHEET_KILLS") != "" {
		w.killAtPoints(folderPoints())
	}
	rng, span := seeded(t), w.span()
	want := w.kills + kills(t, 20)/2
	for round := 0; w.kills < want && round < 4*want; round++ {
		w.claim(1 + rng.IntN(4))
		child := w.start(t)
		time.Sleep(time.Duration(rng.Int64N(int64(span))))
		switch rng.IntN(3) {
		case 0:
			_ = child.Process.Kill()
		case 1:
			s.kill()
		default:
			s.kill()
			_ = child.Process.Kill()
		}
		w.ended(child)
	}
	w.check()
}

// span is how long a drain takes that nobody disturbs.
func (w *world) span() time.Duration {
	w.Helper()
	w.claim(3)
	child := w.start(w.T)
	begin := time.Now()
	if err := child.Wait(); err != nil {
		w.Fatal(err)
	}
	return time.Since(begin)
}

// ended waits for drains that some signal may have ended.
func (w *world) ended(drains ...*exec.Cmd) {
	w.Helper()
	for _, drain := range drains {
		switch err := drain.Wait(); {
		case killed(err):
			w.kills++
		case err != nil && w.SFTP == "":
			w.Errorf("a drain that was left alone: %v", err)
		}
	}
}

func TestCrashUpload(t *testing.T) {
	if testing.Short() {
		t.Skip("killing processes again and again takes long: run without -short")
	}
	t.Parallel()
	w := newWorld(t)
	box := newInbox()
	w.HTTP, w.box = box.serve(t), box
	w.killAtPoints(uploadPoints())
	w.check()
}

// Each operation fails once, with each way to fail: the drain says so, and the
// next ones bring everything, once.
func TestEveryOperationFails(t *testing.T) {
	t.Parallel()
	for _, fault := range []error{syscall.EIO, syscall.ENOSPC, errShort} {
		t.Run(fault.Error(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.consume(w.in)
			for k, reached := 1, true; reached; k++ {
				w.claim(1)
				reached = false
				p, n := w.publisher(w.db), 0
				p.Fault = func(point string) error {
					if n++; n == k {
						reached = point != "forget"
						return fault
					}
					return nil
				}
				if _, err := p.Drain(t.Context(), time.UnixMilli(1)); reached == (err == nil) {
					t.Errorf("operation %d fails: %t, and Drain says %v", k, reached, err)
				}
				reached = n >= k
			}
			w.check()
		})
	}
}

var errShort = fmt.Errorf("short write: %w", syscall.EDQUOT)

// world is a database whose files are drained under bad conditions, and a
// dialer that takes them away.
type world struct {
	*testing.T
	order
	db      *store.Store
	in      string // the dialer's folder
	box     *inbox // or its server
	claimed []crm.File
	takes   []take
	done    chan struct{}
	idle    chan struct{}
	kills   int
}

// take is one file that the dialer got.
type take struct {
	name    string
	content string
	written time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldIn(t, t.TempDir())
}

func newWorldIn(t *testing.T, home string) *world {
	t.Helper()
	w := &world{T: t, order: order{Home: home}, in: filepath.Join(home, "out"), done: make(chan struct{}), idle: make(chan struct{})}
	db, err := store.Open(t.Context(), filepath.Join(home, "callsheet.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w.db = db
	return w
}

// claim commits files for each of two dialers.
func (w *world) claim(n int) {
	w.Helper()
	group := fmt.Sprintf("G%04d", len(w.claimed))
	run := crm.Run{
		ID: "PVI/2026-11-23T10:00/" + group, Campaign: "PVI", Slot: "M", Group: group, State: crm.RunRunning,
		SlotStart: 1, SlotEnd: 2, StartedAt: 1, Versions: []string{"v"}, Files: 2 * n,
	}
	c := crm.Claim{Runs: []crm.Run{run}, At: 1}
	for i := range 2 * n {
		campaign, to := "PVI", "diabolocom-csv"
		if i%2 == 1 {
			campaign, to = "PVB", "generic-csv"
		}
		text := "external_id;name\n"
		for line := range 3 + i%5 {
			text += fmt.Sprintf("L%d-%d;%s\n", len(w.claimed), line, strings.Repeat("é", 40*(i%3)))
		}
		f := fileOf(fmt.Sprintf("%s/20261123-1000-%s-%02d.csv", campaign, group, i), 1, text)
		f.RunID, f.Dialer, f.SlotKey = run.ID, to, "PVI/2026-11-23T10:00"
		c.Files = append(c.Files, f)
		w.claimed = append(w.claimed, f)
	}
	if err := w.db.Claim(w.Context(), c); err != nil {
		w.Fatal(err)
	}
}

// consume takes files away as they appear, in the ways of a dialer that cannot
// be relied on: some it moves, some it reads and deletes, some it leaves for
// later; manifests too.
func (w *world) consume(dir string) {
	rng := seeded(w.T)
	go func() {
		defer close(w.idle)
		for {
			select {
			case <-w.done:
				return
			case <-time.After(3 * time.Millisecond):
				w.take(dir, func() bool { return rng.IntN(3) > 0 })
			}
		}
	}()
}

func (w *world) take(dir string, now func() bool) {
	found, _ := filepath.Glob(filepath.Join(dir, "[^.]*", "[^.]*"))
	for _, path := range found {
		if !now() {
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		bag := filepath.Join(w.Home, "taken")
		if os.Rename(path, bag) != nil {
			continue
		}
		content, err := os.ReadFile(bag)
		if err != nil {
			w.Errorf("%s: %v", path, err)
		}
		name, _ := filepath.Rel(dir, path)
		w.takes = append(w.takes, take{filepath.ToSlash(name), string(content), info.ModTime()})
	}
}

// check drains what is left and compares what the dialer got with what was
// committed. It knows nothing of how files are published.
func (w *world) check() {
	w.Helper()
	if published, err := w.publisher(w.db).Drain(w.Context(), time.UnixMilli(2)); err != nil {
		w.Errorf("the last drain: %v after %d files", err, len(published))
	}
	if waiting := left(w.T, w.db); len(waiting) > 0 {
		w.Errorf("still waiting: %v", waiting)
	}
	w.collect()
	want, place := map[string]string{}, map[string]int{}
	lines := map[string]int{}
	for i, f := range w.claimed {
		content, err := dialer.Content(&f)
		if err != nil {
			w.Fatal(err)
		}
		want[f.Name], place[f.Name] = string(content), i
		for _, l := range f.Lines {
			lines[l.LeadID]--
		}
	}
	got, last := map[string]int{}, map[string]take{}
	slices.SortStableFunc(w.takes, func(a, b take) int { return place[a.name] - place[b.name] })
	for _, take := range w.takes {
		name, manifest := strings.CutSuffix(take.name, dialer.ManifestSuffix)
		switch content, known := want[name]; {
		case !known:
			w.Errorf("the dialer got %s, which nobody committed", take.name)
			continue
		case manifest:
			continue
		case take.content != content:
			w.Errorf("%s has %d bytes, want %d", name, len(take.content), len(content))
		}
		got[name]++
		for i, line := range strings.Split(strings.TrimSuffix(take.content, "\n"), "\n") {
			if id, _, _ := strings.Cut(line, ";"); i > 0 {
				lines[id]++
			}
		}
		folder := filepath.Dir(name)
		if before := last[folder]; before.written.After(take.written) {
			w.Errorf("%s was written before %s, which was committed before it", name, before.name)
		}
		last[folder] = take
	}
	for name := range want {
		if got[name] != 1 {
			w.Errorf("%s was delivered %d times", name, got[name])
		}
	}
	for id, surplus := range lines {
		if surplus != 0 {
			w.Errorf("lead %s was delivered %+d times too often", id, surplus)
		}
	}
	if over := w.remains(); len(over) > 0 {
		w.Errorf("left in the stage area: %v", over)
	}
	w.Logf("%d kills, %d files of %d leads delivered", w.kills, len(got), len(lines))
}

// collect ends the dialer and adds what it has not taken yet.
func (w *world) collect() {
	if w.box != nil {
		w.box.look(func() {
			for name, contents := range w.box.taken {
				for _, content := range contents {
					w.takes = append(w.takes, take{name, content, time.Time{}})
				}
			}
		})
		return
	}
	close(w.done)
	<-w.idle
	w.take(w.in, func() bool { return true })
}

// remains are the files in the stage area but for the empty witnesses of drains
// that died when all was done.
func (w *world) remains() []string {
	return slices.DeleteFunc(stage(w.T, w.in), func(name string) bool {
		path, mode, _ := strings.Cut(name, " ")
		info, err := os.Stat(filepath.Join(w.in, dialer.StageFolder, path))
		return err == nil && info.Size() == 0 && strings.HasSuffix(path, ".staged") && mode != ""
	})
}
