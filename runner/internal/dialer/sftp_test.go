package dialer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dialer"
	"callsheet/runner/internal/store"
)

// wide is the text of a file with long rows, of a kilobyte each.
func wide(n int) string {
	text := []byte("external_id;last_name\n")
	for i := range n {
		text = fmt.Appendf(text, "L%06d;%s\n", i, strings.Repeat("é", 508))
	}
	return string(text)
}

func TestSFTP(t *testing.T) {
	t.Parallel()
	s := startSSH(t)
	first, second := fileOf(morningName, 1, morningFile), fileOf("PVI/20261123-1000-IDF-02.csv", 2, wide(600))
	second.Mode = 0o640
	dialer.Seal(&second)
	stop := fileOf("STOP/20261123-1259-PVI-IDF.csv", 3, "external_id;score\n")
	stop.Kind = crm.FileStop
	db, out := claimed(t, first, second, stop), t.TempDir()
	p := dialer.Publisher{Store: db, Out: out, Transport: s.transport()}
	published, err := p.Drain(t.Context(), paris(t, 9, 31))
	if err != nil {
		t.Fatal(err)
	}
	var want []dialer.Publication
	for _, f := range []crm.File{first, second, stop} {
		want = append(want, dialer.Publication{Name: f.Name, Place: "sftp://" + s.address + filepath.Join(s.folder, f.Name)})
	}
	if diff := cmp.Diff(want, published); diff != "" {
		t.Errorf("published (-want +got):\n%s", diff)
	}
	files := map[string]string{
		first.Name + " -rw-------":                morningFile,
		first.Name + ".manifest.json -rw-------":  manifestOf(&first),
		second.Name + " -rw-r-----":               wide(600),
		second.Name + ".manifest.json -rw-r-----": manifestOf(&second),
		stop.Name + " -rw-------":                 "external_id;score\n",
		stop.Name + ".manifest.json -rw-------":   manifestOf(&stop),
	}
	if diff := cmp.Diff(files, tree(t, s.folder)); diff != "" {
		t.Errorf("files on the server (-want +got):\n%s", diff)
	}
	if over := append(left(t, db), stage(t, s.folder)...); len(over) != 0 || len(tree(t, out)) != 0 {
		t.Errorf("left over: %v, in the output folder: %v", over, tree(t, out))
	}
}

// What is wrong is said with how to mend it; nothing is lost, and the next
// drain hands over what waits.
func TestSFTPRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		harm  func(t *testing.T, s *sshServer)
		mend  func(t *testing.T, s *sshServer)
		fault []string
	}{
		{
			"unknown host", func(_ *testing.T, s *sshServer) { s.know() }, func(_ *testing.T, s *sshServer) { s.know(s.hostKey()) },
			[]string{"is not in ", "known_hosts", "its ssh-ed25519 key is SHA256:", "ssh-keyscan -p "},
		},
		{
			"wrong host key", func(_ *testing.T, s *sshServer) { s.know(s.writeKey("other", 0o600)) },
			func(_ *testing.T, s *sshServer) { s.know(s.hostKey()) },
			[]string{"another key than", "known_hosts:2 says", "replace that line"},
		},
		{
			"no file of known hosts", func(t *testing.T, s *sshServer) { remove(t, s.path("known_hosts")) },
			func(_ *testing.T, s *sshServer) { s.know(s.hostKey()) },
			[]string{"known hosts: open ", "no such file"},
		},
		{
			"key not authorised", func(_ *testing.T, s *sshServer) { s.write("authorized_keys", "") },
			func(t *testing.T, s *sshServer) { s.authorise(t) },
			[]string{"is refused with the key of", "client_key", "public half"},
		},
		{
			"no private key", func(_ *testing.T, s *sshServer) { s.write("client_key", "SECRET") },
			func(t *testing.T, s *sshServer) { remove(t, s.path("client_key")); s.authorise(t) },
			[]string{"client_key is no private key of OpenSSH"},
		},
		{
			"no right to write", func(t *testing.T, s *sshServer) { chmod(t, s.folder, 0o555) },
			func(t *testing.T, s *sshServer) { chmod(t, s.folder, 0o755) },
			[]string{"folder sftp://", "/in/PVI: make ", "permission denied", "give the account the right to write"},
		},
		{
			"no such folder", func(t *testing.T, s *sshServer) { move(t, s.folder, s.folder+".away") },
			func(t *testing.T, s *sshServer) { move(t, s.folder+".away", s.folder) },
			[]string{"folder sftp://", "/in: ", "file does not exist"},
		},
		{
			"a file in place of the folder", func(t *testing.T, s *sshServer) { move(t, s.folder, s.folder+".away"); s.write("in", "") },
			func(t *testing.T, s *sshServer) { remove(t, s.folder); move(t, s.folder+".away", s.folder) },
			[]string{"not a directory, a file stands there"},
		},
		{
			"another file there", func(t *testing.T, s *sshServer) {
				write(t, filepath.Join(s.folder, morningName), "other\n")
				s.own(filepath.Join(s.folder, "PVI"), filepath.Join(s.folder, morningName))
			},
			func(t *testing.T, s *sshServer) { remove(t, filepath.Join(s.folder, morningName)) },
			[]string{morningName, "is already there, with sha256", "was not overwritten", "move it away"},
		},
		{
			"server down", func(_ *testing.T, s *sshServer) { s.stop() }, func(_ *testing.T, s *sshServer) { s.listen(s.address) },
			[]string{"connection refused"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := startSSH(t)
			test.harm(t, s)
			f := fileOf(morningName, 1, morningFile)
			db := claimed(t, f)
			p := dialer.Publisher{Store: db, Out: t.TempDir(), Transport: s.transport()}
			published, err := p.Drain(t.Context(), paris(t, 9, 31))
			if err == nil || len(published) != 0 || !mentions(err, append(test.fault, "wait")...) || !mentions(err, s.address) {
				t.Errorf("Drain = %v, %v; want an error that says %q", published, err, test.fault)
			}
			if err != nil && strings.Contains(err.Error(), "SECRET") {
				t.Errorf("the error shows the key: %v", err)
			}
			if waiting := left(t, db); !slices.Equal(waiting, []string{morningName}) {
				t.Errorf("waiting are %v, want %s", waiting, morningName)
			}
			test.mend(t, s)
			if published, err = p.Drain(t.Context(), paris(t, 9, 32)); err != nil || !slices.Equal(names(published), []string{morningName}) {
				t.Fatalf("Drain after mending = %v, %v; want %s", published, err, morningName)
			}
			if got := tree(t, s.folder)[morningName+" -rw-------"]; got != morningFile {
				t.Errorf("the server has %q", got)
			}
		})
	}
}

func (s *sshServer) authorise(t *testing.T) {
	t.Helper()
	key := s.writeKey("client_key", 0o600)
	s.write("authorized_keys", string(ssh.MarshalAuthorizedKey(key)))
}

func remove(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
}

func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func chmod(t *testing.T, name string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(name, mode); err != nil {
		t.Fatal(err)
	}
}

// A connection that breaks at any step leaves open what was done last; over a
// new one the same drain finds out and goes on. Taking the file away meanwhile
// does not bring it twice.
func TestSFTPConnectionLost(t *testing.T) {
	t.Parallel()
	s := startSSH(t)
	for i, point := range dialer.Points() {
		if strings.HasPrefix(point, "send") {
			continue
		}
		f := fileOf(fmt.Sprintf("PVI/20261123-1000-IDF-%02d.csv", i), 1, wide(300))
		db := claimed(t, f)
		taken := 0
		p := dialer.Publisher{Store: db, Out: t.TempDir(), Transport: s.transport(), Fault: breaking(point, func() {
			s.kill()
			if there := filepath.Join(s.folder, f.Name); os.Remove(there) == nil {
				taken++
			}
		})}
		published, err := p.Drain(t.Context(), paris(t, 9, 31))
		if err != nil || len(published) != 1 || len(left(t, db)) != 0 {
			t.Errorf("broken at %s: Drain = %v, %v; want the file published", point, published, err)
		}
		content, err := os.ReadFile(filepath.Join(s.folder, f.Name))
		if err == nil {
			taken++
		}
		if taken != 1 || err == nil && string(content) != wide(300) {
			t.Errorf("broken at %s: the dialer got the file %d times, of %d bytes (%v)", point, taken, len(content), err)
		}
	}
}

// A process is suspended at any step for longer than its lease. Another machine
// hands the file over meanwhile, and the dialer takes it away; what the first one
// does when it wakes up brings it no second time and leaves nothing behind.
func TestSFTPLeaseLost(t *testing.T) {
	t.Parallel()
	s := startSSH(t)
	for i, point := range dialer.Points() {
		if strings.HasPrefix(point, "send") {
			continue
		}
		f := fileOf(fmt.Sprintf("PVI/20261123-1400-IDF-%02d.csv", i), 1, wide(300))
		db := claimed(t, f)
		taken, handedOver := 0, 0
		take := func() {
			there := filepath.Join(s.folder, f.Name)
			if content, err := os.ReadFile(there); err == nil {
				taken++
				if string(content) != wide(300) {
					t.Errorf("suspended at %s: the dialer got %d bytes", point, len(content))
				}
				if err := errors.Join(os.Remove(there), os.Remove(there+dialer.ManifestSuffix)); err != nil {
					t.Fatal(err)
				}
			}
		}
		drain := func(owner string, lease time.Duration, fault func(string) error) {
			p := dialer.Publisher{Store: db, Out: t.TempDir(), Transport: s.transport(), Fault: fault, Turn: leased(db, owner, lease)}
			published, err := p.Drain(t.Context(), paris(t, 14, 1))
			if err != nil && (fault == nil || !mentions(err, "no longer holds")) {
				t.Errorf("suspended at %s: %s: %v", point, owner, err)
			}
			handedOver += len(published)
			take()
		}
		drain("first", 0, breaking(point, func() { drain("second", time.Hour, nil) }))
		drain("second", time.Hour, nil)
		if taken != 1 || handedOver != 1 || len(left(t, db)) != 0 {
			t.Errorf("suspended at %s: taken %d times, handed over %d times, %v left", point, taken, handedOver, left(t, db))
		}
		if over := stage(t, s.folder); len(over) != 0 {
			t.Errorf("suspended at %s: left in the stage area: %v", point, over)
		}
	}
}

// leased lets in who gets the lease, for some time.
func leased(db *store.Store, owner string, last time.Duration) func(context.Context, string, string, func(context.Context, dialer.Store) error) error {
	return func(ctx context.Context, _, _ string, work func(context.Context, dialer.Store) error) error {
		l, ok, err := db.Acquire(ctx, "hand-over of files", owner, last)
		if err != nil || !ok {
			return fmt.Errorf("%s gets no lease: %w", owner, err)
		}
		return work(ctx, db.Under(l))
	}
}

// breaking breaks something the first time that a point is reached.
func breaking(at string, harm func()) func(string) error {
	return func(point string) error {
		if point == at && harm != nil {
			harm()
			harm = nil
		}
		return nil
	}
}

// A server that accepts and then says nothing does not hold up the other
// dialers for longer than the time it is given.
func TestSFTPSilentServer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(io.Discard, conn) }()
		}
	}()
	key := startSSH(t)
	other := fileOf("PVB/20261123-1000-IDF-01.csv", 2, "external_id;score\nL9;97\n")
	other.Dialer = "generic-csv"
	p := dialer.Publisher{Store: claimed(t, fileOf(morningName, 1, morningFile), other), Out: t.TempDir()}
	p.Transport = func(name string) (dialer.Transport, error) {
		if name == "generic-csv" {
			return nil, nil
		}
		way, err := dialer.NewSFTP("sftp://u@"+listener.Addr().String()+"/in", key.path("client_key"), key.path("known_hosts"))
		if err == nil {
			way.Timeout = 200 * time.Millisecond
		}
		return way, err
	}
	published, err := p.Drain(t.Context(), paris(t, 9, 31))
	if err == nil || !mentions(err, "timeout", listener.Addr().String()) || !slices.Equal(names(published), []string{other.Name}) {
		t.Errorf("Drain = %v, %v; want a timeout and %s published", published, err, other.Name)
	}
}

func TestNewSFTPRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ address, want string }{
		{"", "sftp://user@host:port/folder"},
		{"dialer.example/in", "sftp://user@host:port/folder"},
		{"ftp://u:SECRET@dialer.example/in", "sftp://user@host:port/folder"},
		{"sftp://u:SECRET@dialer.example:x/in", "sftp://user@host:port/folder"},
		{"sftp://dialer.example/in", "names no user"},
		{"sftp://u:SECRET@dialer.example/in", "holds a password"},
	}
	for _, test := range tests {
		if _, err := dialer.NewSFTP(test.address, "key", "hosts"); err == nil || !mentions(err, test.want) || mentions(err, "SECRET") {
			t.Errorf("%s: %v, want an error that says %s", test.address, err, test.want)
		}
	}
	if _, err := dialer.NewSFTP("sftp://u@dialer.example/in", "key", ""); err == nil || !mentions(err, "known hosts") {
		t.Errorf("without known hosts: %v", err)
	}
}

// A file that was staged in one place is never taken for handed over in
// another one.
func TestStagedElsewhere(t *testing.T) {
	t.Parallel()
	s := startSSH(t)
	f := fileOf(morningName, 1, morningFile)
	db, before, now := claimed(t, f), t.TempDir(), t.TempDir()
	stopped := dialer.Publisher{Store: db, Out: before, Fault: failing("handover.before")}
	if _, err := stopped.Drain(t.Context(), paris(t, 9, 31)); err == nil {
		t.Fatal("the hand-over did not fail")
	}
	for _, p := range []dialer.Publisher{{Store: db, Out: now}, {Store: db, Out: now, Transport: s.transport()}, {Store: db, Out: now, Transport: uploadTo("http://127.0.0.1:1/")}} {
		if published, err := p.Drain(t.Context(), paris(t, 9, 32)); err == nil || len(published) != 0 || !mentions(err, "run once with the") {
			t.Errorf("Drain = %v, %v; want an error that says where to run", published, err)
		}
	}
	if state := stateOf(t, db, f); state != crm.FileStaged {
		t.Errorf("the file is %s, want staged", state)
	}
	p := dialer.Publisher{Store: db, Out: before}
	if published, err := p.Drain(t.Context(), paris(t, 9, 33)); err != nil || len(published) != 1 || tree(t, before)[morningName+" -rw-------"] != morningFile {
		t.Errorf("Drain in the first folder = %v, %v", published, err)
	}
}

// failing fails a step every time.
func failing(at string) func(string) error {
	return func(point string) error {
		if point == at {
			return io.ErrUnexpectedEOF
		}
		return nil
	}
}

func stateOf(t testing.TB, db *store.Store, f crm.File) string {
	t.Helper()
	files, err := db.Files(t.Context(), f.SlotKey)
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	return files[0].State
}
