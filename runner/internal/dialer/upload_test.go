package dialer_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dialer"
)

// inbox is a server that takes files, each key once.
type inbox struct {
	mutex   sync.Mutex
	token   string
	keys    map[string]bool
	taken   map[string][]string // contents by name, in the order of arrival
	asked   []string            // method and name of each request
	answers []func(http.ResponseWriter)
	silent  bool // about what it has: it knows no HEAD
}

func newInbox() *inbox { return &inbox{keys: map[string]bool{}, taken: map[string][]string{}} }

func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content, _ := io.ReadAll(r.Body)
	name := strings.TrimPrefix(r.URL.Path, "/in/")
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.asked = append(b.asked, r.Method+" "+name)
	switch {
	case b.token != "" && r.Header.Get("Authorization") != "Bearer "+b.token:
		w.WriteHeader(http.StatusUnauthorized)
		return
	case r.Method == http.MethodHead && b.silent:
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	case r.Method == http.MethodHead && len(b.taken[name]) == 0:
		w.WriteHeader(http.StatusNotFound)
		return
	case r.Method == http.MethodHead:
		sum := sha256.Sum256([]byte(b.taken[name][0]))
		w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:])+`"`)
		return
	}
	if len(b.answers) > 0 {
		answer := b.answers[0]
		b.answers = b.answers[1:]
		if answer != nil {
			answer(w)
			return
		}
	}
	if key := r.Header.Get("Idempotency-Key"); !b.keys[key] {
		b.keys[key] = true
		b.taken[name] = append(b.taken[name], string(content))
	}
	w.WriteHeader(http.StatusCreated)
}

// look reads or changes what the server has.
func (b *inbox) look(work func()) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	work()
}

// got is what the server has taken under a name.
func (b *inbox) got(name string) (contents []string) {
	b.look(func() { contents = slices.Clone(b.taken[name]) })
	return contents
}

// requests are what it was asked.
func (b *inbox) requests() (list []string) {
	b.look(func() { list = slices.Clone(b.asked) })
	return list
}

func (b *inbox) serve(t testing.TB) string {
	t.Helper()
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	return server.URL + "/in"
}

func status(code int) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { w.WriteHeader(code) }
}

// hangUp breaks the connection instead of answering.
func hangUp(http.ResponseWriter) { panic(http.ErrAbortHandler) }

func uploadTo(address string, keyFile ...string) func(string) (dialer.Transport, error) {
	return func(string) (dialer.Transport, error) {
		way, err := dialer.NewUpload(address, strings.Join(keyFile, ""))
		if err != nil {
			return nil, err
		}
		way.Pause, way.Timeout = time.Millisecond, 10*time.Second
		return way, nil
	}
}

func TestUpload(t *testing.T) {
	t.Parallel()
	box := newInbox()
	box.token = "t0ken"
	address, key := box.serve(t), filepath.Join(t.TempDir(), "key")
	write(t, key, "t0ken\n")
	first := fileOf(morningName, 1, morningFile)
	// Two stop signals have the same bytes, and both must arrive.
	noon, evening := fileOf("STOP/20261123-1259-PVI-IDF.csv", 2, "external_id;score\n"), fileOf("STOP/20261123-1959-PVI-IDF.csv", 3, "external_id;score\n")
	noon.Kind, evening.Kind = crm.FileStop, crm.FileStop
	db := claimed(t, first, noon, evening)
	p := dialer.Publisher{Store: db, Out: t.TempDir(), Transport: uploadTo(address, key)}
	published, err := p.Drain(t.Context(), paris(t, 9, 31))
	if err != nil || len(left(t, db)) != 0 {
		t.Fatalf("Drain = %v, %v", published, err)
	}
	if want := []string{first.Name, noon.Name, evening.Name}; !slices.Equal(names(published), want) || published[0].Place != address+"/"+first.Name {
		t.Errorf("published %v, want %v at %s", published, want, address)
	}
	want := map[string][]string{
		first.Name: {morningFile}, first.Name + ".manifest.json": {manifestOf(&first)},
		noon.Name: {"external_id;score\n"}, noon.Name + ".manifest.json": {manifestOf(&noon)},
		evening.Name: {"external_id;score\n"}, evening.Name + ".manifest.json": {manifestOf(&evening)},
	}
	box.look(func() {
		if diff := cmp.Diff(want, box.taken); diff != "" {
			t.Errorf("the server took (-want +got):\n%s", diff)
		}
	})
	if asked := box.requests(); asked[0] != "PUT "+first.Name+".manifest.json" {
		t.Errorf("the first request is %s, want the manifest", asked[0])
	}
}

func TestUploadTriesAgain(t *testing.T) {
	t.Parallel()
	box := newInbox()
	box.answers = []func(http.ResponseWriter){
		nil, status(503), hangUp, func(w http.ResponseWriter) { w.Header().Set("Retry-After", "0"); w.WriteHeader(429) },
	}
	db := claimed(t, fileOf(morningName, 1, morningFile))
	p := dialer.Publisher{Store: db, Out: t.TempDir(), Transport: uploadTo(box.serve(t))}
	if published, err := p.Drain(t.Context(), paris(t, 9, 31)); err != nil || len(published) != 1 {
		t.Errorf("Drain = %v, %v", published, err)
	}
	if got := box.got(morningName); !slices.Equal(got, []string{morningFile}) {
		t.Errorf("the server took %q", got)
	}
}

// A server that fails for longer leaves the file as sending, and the next
// drain asks before it sends again with the same key.
func TestUploadLeftToTheNextDrain(t *testing.T) {
	t.Parallel()
	for _, silent := range []bool{false, true} {
		box := newInbox()
		box.silent = silent
		// The manifest and the file arrive, and then every answer is lost.
		box.answers = append([]func(http.ResponseWriter){nil}, slices.Repeat([]func(http.ResponseWriter){hangUp}, 20)...)
		f := fileOf(morningName, 1, morningFile)
		db, address := claimed(t, f), box.serve(t)
		p := dialer.Publisher{Store: db, Out: t.TempDir(), Transport: uploadTo(address)}
		published, err := p.Drain(t.Context(), paris(t, 9, 31))
		if err == nil || len(published) != 0 || !mentions(err, address+"/"+morningName, "gives no answer", "waits") {
			t.Errorf("Drain = %v, %v; want an error that names the server", published, err)
		}
		if state := stateOf(t, db, f); state != crm.FileSending {
			t.Errorf("the file is %s, want sending", state)
		}
		box.look(func() {
			box.taken[morningName] = []string{morningFile} // it did come through
			sum := sha256.Sum256([]byte(morningName + "\n" + f.SHA256))
			box.keys[hex.EncodeToString(sum[:])] = true
			box.asked, box.answers = nil, nil
		})
		if published, err = p.Drain(t.Context(), paris(t, 9, 32)); err != nil || len(published) != 1 || len(left(t, db)) != 0 {
			t.Errorf("next Drain = %v, %v", published, err)
		}
		if got := box.got(morningName); !slices.Equal(got, []string{morningFile}) {
			t.Errorf("the server took it %d times", len(got))
		}
		if asked := box.requests(); !silent && len(asked) != 1 || silent && len(asked) != 3 || asked[0] != "HEAD "+morningName {
			t.Errorf("requests of the next drain: %v", asked)
		}
	}
}

// Nothing listens where a file is to go: nobody can have it, so it is claimed as
// before, and a stop may cancel it.
func TestUploadWithoutConnection(t *testing.T) {
	t.Parallel()
	silent := httptest.NewServer(newInbox())
	address := silent.URL + "/in"
	silent.Close()
	f := fileOf(morningName, 1, morningFile)
	db := claimed(t, f)
	p := dialer.Publisher{Store: db, Out: t.TempDir(), Transport: uploadTo(address)}
	if published, err := p.Drain(t.Context(), paris(t, 9, 31)); err == nil || len(published) != 0 || !mentions(err, "connection refused", "waits") {
		t.Errorf("Drain = %v, %v", published, err)
	}
	if state := stateOf(t, db, f); state != crm.FileClaimed {
		t.Errorf("the file is %s, want claimed", state)
	}
	box := newInbox()
	p.Transport = uploadTo(box.serve(t))
	if published, err := p.Drain(t.Context(), paris(t, 9, 32)); err != nil || len(published) != 1 || len(box.got(morningName)) != 1 {
		t.Errorf("with a server: %v, %v", published, err)
	}
}

func TestUploadRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code int
		want string
	}{
		{400, "does not take the file as it is"},
		{401, "the token is missing"},
		{403, "the token is missing"},
		{409, "another file of that name"},
		{413, "does not take the file as it is"},
		{301, "another address"},
	}
	for _, test := range tests {
		box := newInbox()
		box.answers = []func(http.ResponseWriter){nil, func(w http.ResponseWriter) {
			w.Header().Set("Location", "http://elsewhere.example/")
			w.WriteHeader(test.code)
			_, _ = w.Write([]byte("bad row L1;33199000001"))
		}}
		key := filepath.Join(t.TempDir(), "key")
		write(t, key, "SECRET")
		db := claimed(t, fileOf(morningName, 1, morningFile), fileOf("PVI/20261123-1000-IDF-02.csv", 2, "external_id;score\nL8;97\n"))
		p := dialer.Publisher{Store: db, Out: t.TempDir(), Transport: uploadTo(box.serve(t), key)}
		published, err := p.Drain(t.Context(), paris(t, 9, 31))
		if err == nil || len(published) != 0 || !mentions(err, http.StatusText(test.code), test.want, "1 later file") {
			t.Errorf("%d: Drain = %v, %v; want an error that says %s", test.code, published, err, test.want)
		}
		if mentions(err, "SECRET") || mentions(err, "33199000001") {
			t.Errorf("the error tells too much: %v", err)
		}
		if asked := box.requests(); len(asked) != 2 {
			t.Errorf("%d is asked again: %v", test.code, asked)
		}
		if published, err = p.Drain(t.Context(), paris(t, 9, 32)); err != nil || len(published) != 2 {
			t.Errorf("%d, mended: Drain = %v, %v", test.code, published, err)
		}
	}
}

func TestUploadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	box := newInbox()
	box.answers = slices.Repeat([]func(http.ResponseWriter){status(503)}, 100)
	address := box.serve(t)
	db := claimed(t, fileOf(morningName, 1, morningFile))
	p := dialer.Publisher{Store: db, Out: t.TempDir(), Transport: func(string) (dialer.Transport, error) {
		way, err := dialer.NewUpload(address, "")
		if err == nil {
			way.Pause = time.Hour
		}
		return way, err
	}}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := p.Drain(ctx, paris(t, 9, 31))
		done <- err
	}()
	for len(box.requests()) == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-done; err == nil || !mentions(err, "wait") {
		t.Errorf("Drain = %v, want an error", err)
	}
	if waiting := left(t, db); len(waiting) != 1 {
		t.Errorf("waiting: %v", waiting)
	}
}

func TestNewUploadRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ address, key, want string }{
		{"", "", "https://host/folder"},
		{"sftp://dialer.example/in", "", "https://host/folder"},
		{"https://dialer.example/in?token=SECRET", "", "https://host/folder"},
		{"https://u:SECRET@dialer.example/in", "", "a user or a password"},
		{"http://dialer.example/in", "key", "write https"},
	}
	for _, test := range tests {
		if _, err := dialer.NewUpload(test.address, test.key); err == nil || !mentions(err, test.want) || mentions(err, "SECRET") {
			t.Errorf("%s: %v, want an error that says %s", test.address, err, test.want)
		}
	}
	key := filepath.Join(t.TempDir(), "key")
	for _, content := range []string{"", "two words", "a\nb"} {
		if err := os.WriteFile(key, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		p := dialer.Publisher{Store: claimed(t, fileOf(morningName, 1, morningFile)), Out: t.TempDir(), Transport: uploadTo("https://127.0.0.1:1/", key)}
		if _, err := p.Drain(t.Context(), paris(t, 9, 31)); err == nil || !mentions(err, "one token on one line") {
			t.Errorf("key file %q: %v", content, err)
		}
	}
}
