package kafka

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
)

// Keys of the requests that tests interfere with (Kafka protocol guide, "API keys").
const (
	keyProduce         = 0
	keyEndTxn          = 26
	keyWriteTxnMarkers = 27
)

// verdict is what happens to a request on its way through a proxy.
type verdict uint8

const (
	pass      verdict = iota
	cutBefore         // the connection breaks before the broker has it
	cutAfter          // the broker does it, and the connection breaks before its answer
)

// proxy stands between clients and one broker, which advertises the proxy's address, so
// that the broker's own requests to itself come through it as well.
type proxy struct {
	listener net.Listener
	running  sync.WaitGroup

	mu     sync.Mutex
	target string
	judge  func(key int16) verdict // of a request; may block
	conns  map[net.Conn]bool
	closed bool
}

func startProxy(t *testing.T) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, conns: map[net.Conn]bool{}}
	p.running.Go(p.accept)
	t.Cleanup(p.stop)
	return p
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

// set makes all that follows go this way; nil lets everything pass.
func (p *proxy) set(judge func(key int16) verdict) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.judge = judge
}

// to is the broker behind the proxy.
func (p *proxy) to(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}

func (p *proxy) stop() {
	p.mu.Lock()
	p.closed = true
	for c := range p.conns {
		_ = c.Close()
	}
	p.mu.Unlock()
	_ = p.listener.Close()
	p.running.Wait()
}

// hold keeps a connection for stop; false when the proxy has ended.
func (p *proxy) hold(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		_ = c.Close()
		return false
	}
	p.conns[c] = true
	return true
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.serve(client) })
	}
}

// serve is one connection, until either side ends it.
func (p *proxy) serve(client net.Conn) {
	p.mu.Lock()
	target := p.target
	p.mu.Unlock()
	broker, err := net.Dial("tcp", target)
	if err != nil {
		_ = client.Close()
		return
	}
	end := func() {
		_ = client.Close()
		_ = broker.Close()
		p.mu.Lock()
		delete(p.conns, client)
		delete(p.conns, broker)
		p.mu.Unlock()
	}
	if !p.hold(client) || !p.hold(broker) {
		end()
		return
	}
	var mu sync.Mutex
	unheard := map[int32]bool{} // correlation ids of requests whose answer nobody gets
	var both sync.WaitGroup
	both.Go(func() {
		defer end()
		_ = frames(client, broker, func(frame []byte) bool {
			v := p.of(int16(binary.BigEndian.Uint16(frame)))
			if v == cutAfter {
				mu.Lock()
				unheard[int32(binary.BigEndian.Uint32(frame[4:]))] = true
				mu.Unlock()
			}
			return v != cutBefore
		})
	})
	both.Go(func() {
		defer end()
		_ = frames(broker, client, func(frame []byte) bool {
			mu.Lock()
			defer mu.Unlock()
			return !unheard[int32(binary.BigEndian.Uint32(frame))]
		})
	})
	both.Wait()
}

func (p *proxy) of(key int16) verdict {
	p.mu.Lock()
	judge := p.judge
	p.mu.Unlock()
	if judge == nil {
		return pass
	}
	return judge(key)
}

var errCut = errors.New("cut")

// frames copies frames (four bytes of length, then so many) for as long as keep allows.
func frames(from io.Reader, to io.Writer, keep func(frame []byte) bool) error {
	for {
		var size [4]byte
		if _, err := io.ReadFull(from, size[:]); err != nil {
			return err
		}
		frame := make([]byte, 4+binary.BigEndian.Uint32(size[:]))
		copy(frame, size[:])
		if _, err := io.ReadFull(from, frame[4:]); err != nil {
			return err
		}
		if !keep(frame[4:]) {
			return errCut
		}
		if _, err := to.Write(frame); err != nil {
			return err
		}
	}
}
