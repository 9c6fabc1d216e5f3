// Clearlane joins ad clicks, orders and shipments by order, scores every shipment
// against customs risk rules and routes it. This folder is the program: one small file
// for each command, which reads flags and wires parts; what the parts do is theirs.
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
	code := execute(ctx, &app{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ(), now: time.Now}, os.Args[1:])
	stop()
	os.Exit(code)
}
