package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// pause is how long a client waits before it sends again.
const pause = 20 * time.Millisecond

// measured is what came of the load.
type measured struct {
	took, outage time.Duration
	cpu          time.Duration
	times        []time.Duration // of reports that were sent once
	killed       int             // answers before the kill; 0: not killed
	again, known int             // reports that were sent again, and those of them that were stored already
}

// report lets all clients report until every call is answered.
func report(ctx context.Context, s *service, calls []call, o options) (*measured, error) {
	m := &measured{}
	var mu sync.Mutex
	var next, answers atomic.Int64
	half := make(chan struct{})
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	before, began := s.cpu(), time.Now()
	var all sync.WaitGroup
	var back atomic.Int64 // when the first report that was sent again was answered, in ns since began
	for range o.clients {
		all.Go(func() {
			var own []time.Duration
			var again, known int
			for {
				i := int(next.Add(1)) - 1
				if i >= len(calls) || ctx.Err() != nil {
					break
				}
				sent := time.Now()
				result, tries, err := s.deliver(ctx, &calls[i])
				if err != nil {
					cancel(err)
					break
				}
				switch {
				case tries == 1 && result != "new":
					cancel(fmt.Errorf("call %s, reported once, is answered %s", calls[i].id, result))
				case tries == 1:
					own = append(own, time.Since(sent))
				default:
					back.CompareAndSwap(0, int64(time.Since(began)))
					again++
					if result == "duplicate" {
						known++
					}
				}
				if int(answers.Add(1)) == len(calls)/2 {
					close(half)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			m.times = append(m.times, own...)
			m.again, m.known = m.again+again, m.known+known
		})
	}
	var died time.Duration
	if o.url == "" && o.kill {
		select {
		case <-half:
			m.killed, died = int(answers.Load()), time.Since(began)
			if err := s.processes[0].restart(ctx); err != nil {
				cancel(err)
			}
		case <-ctx.Done():
		}
	}
	all.Wait()
	m.took, m.cpu = time.Since(began), s.cpu()-before
	if at := time.Duration(back.Load()); at > died {
		m.outage = at - died
	}
	return m, context.Cause(ctx)
}

// deliver reports a call until it is taken, and says how often it was sent.
func (s *service) deliver(ctx context.Context, c *call) (result string, tries int, err error) {
	status, said, tries, err := s.insist(ctx, http.MethodPost, "/v1/calls", s.webhook, c.body)
	if err != nil {
		return "", tries, err
	}
	result, _ = said["result"].(string)
	if status != http.StatusOK || result != "new" && result != "duplicate" {
		return "", tries, fmt.Errorf("call %s is answered %d %s: %v", c.id, status, result, said["detail"])
	}
	return result, tries, nil
}

// insist sends a request until the service neither fails nor has too much to
// do, and says how often.
func (s *service) insist(ctx context.Context, method, path, token, body string) (status int, said map[string]any, tries int, err error) {
	for tries = 1; ; tries++ {
		status, said, err = s.ask(ctx, method, path, token, body)
		if err == nil && status < http.StatusInternalServerError && status != http.StatusTooManyRequests {
			return status, said, tries, nil
		}
		select {
		case <-ctx.Done():
			return 0, nil, tries, context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// next is the address of the process whose turn it is.
func (s *service) next() string {
	return s.urls[s.asked.Add(1)%uint64(len(s.urls))]
}

// ask sends one request.
func (s *service) ask(ctx context.Context, method, path, token, body string) (status int, said map[string]any, err error) {
	r, err := http.NewRequestWithContext(ctx, method, s.next()+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	response, err := s.client.Do(r)
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
