package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// reloadOnHangup looks at the rule files when somebody sends SIGHUP, as
// operators expect of a service, until ctx ends. What comes of it is told as it
// is of any edit.
func (s *session) reloadOnHangup(ctx context.Context) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
			_, _ = s.rules.Reload(ctx)
		}
	}
}
