package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"callsheet/runner/internal/remote"
)

// chatURL is the variable that names the incoming webhook of a chat; such an
// address is a secret, so that chatURL_FILE may name a file that holds it.
const chatURL = "CALLSHEET_CHAT_URL"

// chatPatience is how long one try to post a note may take, and how long the end
// of a command waits for its notes.
const chatPatience = 5 * time.Second

// chat tells people in a chat room what became of edits, one note after the
// other and beside everything else. A nil chat tells nobody.
type chat struct {
	service *remote.Service
	query   url.Values
	trouble func(format string, args ...any)

	begin sync.Once
	notes chan string
	told  chan struct{} // closed when the last note is out or given up
	stop  context.CancelFunc
}

// newChat is the chat that the environment names, nil when it names none.
// trouble is told of notes that do not arrive.
func newChat(env func(string) string, trouble func(format string, args ...any)) (*chat, error) {
	address := env(chatURL)
	if file := env(chatURL + "_FILE"); file != "" {
		if address != "" {
			return nil, fmt.Errorf("%s and %s_FILE are both set: leave one of them out", chatURL, chatURL)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("%s_FILE: %w", chatURL, err)
		}
		address = strings.TrimSpace(string(text))
	}
	if address == "" {
		return nil, nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New(chatURL + ": the address is not of the form https://host/path") // it may hold a secret
	}
	if u.Scheme != "https" && !remote.Loopback(u.Hostname()) {
		return nil, errors.New(chatURL + ": what is said would go there for everybody to read: write https")
	}
	query := u.Query()
	u.RawQuery = ""
	service, err := remote.New("the chat", u.String(), "")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", chatURL, err)
	}
	service.Timeout = chatPatience
	return &chat{service: service, query: query, trouble: trouble, notes: make(chan string, 16), told: make(chan struct{})}, nil
}

// say posts a note, and returns at once. Where so many wait that the chat must be
// out of order, it is dropped.
func (c *chat) say(note string) {
	if c == nil {
		return
	}
	c.begin.Do(func() {
		ctx, stop := context.WithCancel(context.Background())
		c.stop = stop
		go c.post(ctx)
	})
	select {
	case c.notes <- note:
	default:
		c.trouble("the chat was not told: too many notes wait for it")
	}
}

// post posts the notes in the form that Slack, Mattermost and Google Chat have
// in common.
func (c *chat) post(ctx context.Context) {
	defer close(c.told)
	for note := range c.notes {
		body := map[string]string{"text": strings.TrimSpace(note)}
		if err := c.service.Ask(ctx, remote.Request{Method: http.MethodPost, Query: c.query, Body: body}, nil); err != nil {
			c.trouble("the chat was not told: %v", err)
		}
	}
}

// close waits a little until the notes are out. Nothing may be said afterwards.
func (c *chat) close() {
	if c == nil {
		return
	}
	c.begin.Do(func() { // nothing was ever said
		c.stop = func() {}
		close(c.told)
	})
	close(c.notes)
	patience := time.AfterFunc(chatPatience, c.stop)
	<-c.told
	patience.Stop()
	c.stop()
}
