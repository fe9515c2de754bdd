package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// However often the service is killed: what it answered well is applied, once,
// and an old message that comes again undoes nothing.
func TestKilledServiceLosesNoMessage(t *testing.T) {
	takesLong(t, "starting the program again and again")
	t.Parallel()
	const kills, people = 5, 24
	dir := t.TempDir()
	p := publishing(t, "11:05:00") // signs what is pushed; its own service is not asked
	db, tokens := database(t, dir), filepath.Join(dir, "tokens")
	secrets := filepath.Join(dir, "secrets")
	for file, text := range map[string]string{tokens: "read " + readToken + "\n", secrets: oldSecret + "\n" + newSecret + "\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	address := freeAddress(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	var log bytes.Buffer
	start := func() *exec.Cmd {
		cmd := exec.CommandContext(ctx, "callsheet", "--rules", f0, "--db", db, "--out", filepath.Join(dir, "out"),
			"--at", "2026-11-23T11:05:00", "serve", "--addr", address, "--rate", "0", "--schedule=false")
		cmd.Env = append(os.Environ(), tokensFile+"="+tokens, pubsubAudience+"="+audience, pubsubEmail+"=other@example.org,"+account, pubsubKeys+"="+p.keys, secretFile+"="+secrets)
		cmd.Stderr = &log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	bearer := http.Header{"Authorization": {"Bearer " + p.token(p.key, nil)}}
	send := func(path, body string, header http.Header) (result string) {
		for ctx.Err() == nil {
			status, said, err := request(ctx, http.MethodPost, "http://"+address+path, header, body)
			if err == nil && status == http.StatusOK {
				return fmt.Sprint(said["result"])
			}
			if err == nil && status < http.StatusInternalServerError {
				t.Errorf("%s %s: %d %v", path, body, status, said)
				return ""
			}
			_ = sleep(ctx, 10*time.Millisecond)
		}
		return ""
	}
	push := func(id, data string) string {
		return send("/v1/pubsub", fmt.Sprintf(`{"message":{"messageId":%q,"data":%q}}`, id, base64.StdEncoding.EncodeToString([]byte(data))), bearer)
	}
	cmd := start()
	done := make(chan struct{})
	var all sync.WaitGroup
	for i := range people {
		all.Go(func() {
			id := fmt.Sprintf("P%d", i)
			lead := func(city string) string {
				return fmt.Sprintf(`{"id":%q,"given_type":"RDVVQ","phone":"01 99 00 01 %02d","legal_basis":"request","city":%q}`, id, i, city)
			}
			call := fmt.Sprintf(`{"callId":"c-%d","contactId":%q,"callStart":"23/11/2026 11:00:00","wrapup":"Pas de réponse"}`, i, id)
			for round := 0; ; round++ {
				first, second := fmt.Sprintf("%d-%d-first", i, round), fmt.Sprintf("%d-%d-second", i, round)
				push(first, lead("Paris"))
				push(second, lead("Lyon"))
				send("/v1/calls", call, sign(t, newSecret, fmt.Sprintf("%d-%d-call", i, round), call, p.time()))
				if again := push(first, lead("Paris")); again != "duplicate" && ctx.Err() == nil {
					t.Errorf("message %s, sent again, is %s", first, again)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range kills {
		_ = sleep(ctx, time.Duration(200+random.IntN(400))*time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait()
		cmd = start()
	}
	close(done)
	all.Wait()
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	}()
	for i := range people {
		status, said, err := request(ctx, http.MethodGet, fmt.Sprintf("http://%s/v1/leads/P%d", address, i), http.Header{"X-Api-Key": {readToken}}, "")
		facts, _ := said["facts"].(map[string]any)
		calls, _ := said["calls"].([]any)
		if err != nil || status != http.StatusOK || facts["lead.city"] != "Lyon" || facts["lead.attempts"] != 1.0 || len(calls) != 1 {
			t.Errorf("lead P%d: %d %v %v", i, status, said, err)
		}
	}
}

// sign is signed as a header.
func sign(t *testing.T, secret, id, body string, at time.Time) http.Header {
	t.Helper()
	h := http.Header{}
	for name, value := range signed(t, secret, id, body, at) {
		h.Set(name, value)
	}
	return h
}

// freeAddress is one on which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// request sends one and gives the answer, unless the service is gone.
func request(ctx context.Context, method, url string, header http.Header, body string) (status int, said map[string]any, err error) {
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header = header.Clone()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, err
	}
	return response.StatusCode, said, json.Unmarshal(text, &said)
}
