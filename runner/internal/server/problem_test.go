package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"callsheet/runner/internal/crm"
)

// A sender learns whether to send again, and nothing of what went wrong inside.
func TestRefusal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		status int
		again  bool
	}{
		{refuse(http.StatusBadRequest, "secret %d", 1), 400, false},
		{crm.ErrNotFound, 404, false},
		{crm.ErrConflict, 503, true},
		{crm.ErrBusy, 503, true},
		{context.DeadlineExceeded, 503, true},
		{errors.New("disk full"), 500, false},
	} {
		w := httptest.NewRecorder()
		problem(w, refusal(fmt.Errorf("store secret: %w", c.err)))
		var said struct {
			Status int
			Detail string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil {
			t.Fatal(err)
		}
		again := w.Header().Get("Retry-After") != ""
		if w.Code != c.status || said.Status != c.status || again != c.again || strings.Contains(said.Detail, "disk") || strings.Contains(said.Detail, "store") {
			t.Errorf("%v: %d %v %q, want %d %v", c.err, w.Code, again, said.Detail, c.status, c.again)
		}
	}
}
