// Command callsheet decides who gets called, when and why: it keeps the leads
// of a call centre, applies the rule book to them and writes the CSV files
// that a dialer injects. Run it with --help for its commands.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// Whoever interrupts a second time does not want to wait.
	context.AfterFunc(ctx, stop)
	a := &app{stdout: os.Stdout, stderr: os.Stderr, env: os.Getenv, clock: time.Now}
	os.Exit(a.run(ctx, os.Args[1:]))
}
