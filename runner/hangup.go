package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// catchHangups keeps SIGHUP from ending the process from now on.
func catchHangups() chan os.Signal {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	return hangups
}

// reloadOnHangup looks at the rule files when somebody sends SIGHUP, as
// operators expect of a service, until ctx ends. What comes of it is told as it
// is of any edit.
func (s *session) reloadOnHangup(ctx context.Context, hangups chan os.Signal) {
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
