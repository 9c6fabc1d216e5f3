package kafkatest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// ErrNotInstalled: there is no Java, or deploy/kafka/install.sh has not been run.
var ErrNotInstalled = errors.New("real Kafka is not installed")

// Options are how a real broker is started. The zero value works.
type Options struct {
	Jars     string            // folder of the jars; empty: Jars()
	Dir      string            // folder of data, configuration and log; empty: a new temporary one that Stop removes
	Heap     string            // of the JVM; empty: 512m
	JVM      []string          // more options of the JVM
	Settings map[string]string // more lines of server.properties, over the ones here
	Ready    time.Duration     // longest wait for the start; 0: one minute
}

// Broker is one real Apache Kafka node, broker and controller in one, on loopback. One
// goroutine at a time uses it.
type Broker struct {
	Addr string // host:port
	ID   int32  // node.id

	opts   Options
	dir    string
	own    bool // Stop removes dir
	java   string
	cmd    *exec.Cmd
	exited chan struct{} // closed when cmd has ended
}

// Jars is where the jars of the pinned Kafka are expected: $CLEARLANE_KAFKA_JARS, or
// .cache/kafka-4.1.0 beside the go.mod above the working directory.
func Jars() string {
	if dir := os.Getenv("CLEARLANE_KAFKA_JARS"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, ".cache", "kafka-4.1.0")
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return filepath.Join(".cache", "kafka-4.1.0")
}

// Start formats the storage and starts a broker on free ports. When it returns, the
// broker answers. The error is ErrNotInstalled where there is nothing to start.
func Start(ctx context.Context, opts Options) (*Broker, error) {
	all, err := prepare(ctx, 1, opts)
	if err != nil {
		return nil, err
	}
	b := all[0]
	if err := b.Restart(ctx); err != nil {
		b.remove()
		return nil, err
	}
	return b, nil
}

// Brokers are the addresses to start from.
func (b *Broker) Brokers() []string { return []string{b.Addr} }

// Pid is the broker's process.
func (b *Broker) Pid() int { return b.cmd.Process.Pid }

// Log is what the broker has printed so far.
func (b *Broker) Log() string {
	log, err := os.ReadFile(filepath.Join(b.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(log)
}

// Restart starts a broker that was stopped by Kill or Shutdown, on its ports and data.
func (b *Broker) Restart(ctx context.Context) error {
	if err := b.start(); err != nil {
		return err
	}
	if err := b.ready(ctx); err != nil {
		_ = b.Kill()
		return err
	}
	return nil
}

// Running tells whether the process is there, paused or not.
func (b *Broker) Running() bool {
	if b.cmd == nil {
		return false
	}
	select {
	case <-b.exited:
		return false
	default:
		return true
	}
}

// start starts the process.
func (b *Broker) start() error {
	if b.Running() {
		return fmt.Errorf("start Kafka: process %d is there already", b.Pid())
	}
	log, err := os.OpenFile(filepath.Join(b.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	b.cmd = b.command("kafka.Kafka", b.properties())
	b.cmd.Stdout, b.cmd.Stderr = log, log
	if err := b.cmd.Start(); err != nil {
		return fmt.Errorf("start Kafka: %w", err)
	}
	b.exited = make(chan struct{})
	go func(cmd *exec.Cmd, exited chan struct{}) {
		_ = cmd.Wait()
		close(exited)
	}(b.cmd, b.exited)
	return nil
}

// Kill ends the broker as a crash does, and keeps its data.
func (b *Broker) Kill() error { return b.end(syscall.SIGKILL, 10*time.Second) }

// Shutdown ends the broker in order, and keeps its data.
func (b *Broker) Shutdown() error {
	if err := b.end(syscall.SIGTERM, 20*time.Second); err != nil {
		return b.Kill()
	}
	return nil
}

// Pause and Resume stop and continue the process, as an overloaded machine does.
func (b *Broker) Pause() error { return b.cmd.Process.Signal(syscall.SIGSTOP) }

// Resume continues after Pause.
func (b *Broker) Resume() error { return b.cmd.Process.Signal(syscall.SIGCONT) }

// Stop ends the broker and removes its data, if they are in a folder of its own.
func (b *Broker) Stop() error {
	err := b.Kill()
	b.remove()
	return err
}

func (b *Broker) remove() {
	if b.own {
		_ = os.RemoveAll(b.dir)
	}
}

func (b *Broker) end(sig syscall.Signal, wait time.Duration) error {
	if b.cmd == nil || b.cmd.Process == nil {
		return nil
	}
	if err := b.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("end Kafka: %w", err)
	}
	select {
	case <-b.exited:
		return nil
	case <-time.After(wait):
		return fmt.Errorf("end Kafka: process %d still there %v after %v", b.Pid(), wait, sig)
	}
}

func (b *Broker) properties() string { return filepath.Join(b.dir, "server.properties") }

func (b *Broker) command(class string, args ...string) *exec.Cmd {
	jvm := append([]string{"-Xmx" + b.opts.Heap, "-Djava.awt.headless=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"}, b.opts.JVM...)
	jvm = append(jvm, "-cp", filepath.Join(b.opts.Jars, "*"), class)
	cmd := exec.Command(b.java, append(jvm, args...)...)
	cmd.Dir = b.dir
	cmd.SysProcAttr = childOfThis()
	return cmd
}

// ready waits until the broker answers a metadata request with itself in it.
func (b *Broker) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, b.opts.Ready)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addr), kgo.RetryTimeout(time.Second))
	if err != nil {
		return err
	}
	defer client.Close()
	for {
		try, done := context.WithTimeout(ctx, 2*time.Second)
		err := client.Ping(try)
		done()
		if err == nil {
			return nil
		}
		select {
		case <-b.exited:
			return fmt.Errorf("kafka ended while it started:\n%s", tail(b.Log()))
		case <-ctx.Done():
			return fmt.Errorf("kafka does not answer after %v: %w:\n%s", b.opts.Ready, err, tail(b.Log()))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// tail is the end of a log.
func tail(log string) string {
	const most = 4000
	if len(log) > most {
		return log[len(log)-most:]
	}
	return log
}
