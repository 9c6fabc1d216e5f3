package land

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/ClickHouse/ch-go/proto"
)

// fakeServer speaks as much of the native protocol as an insert needs. The engine of
// the other tests is reached over HTTP only.
type fakeServer struct {
	t       *testing.T
	refuse  string // table whose inserts are refused
	queries []string
	rows    []uint64
	logins  []string
}

func (f *fakeServer) serve(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		if err := f.session(c); err != nil && !strings.Contains(err.Error(), "EOF") && !strings.Contains(err.Error(), "tls: ") {
			f.t.Errorf("fake server: %v", err)
		}
		c.Close()
	}
}

func (f *fakeServer) session(c net.Conn) error {
	r := proto.NewReader(c)
	var (
		hello proto.ClientHello
		buf   proto.Buffer
	)
	if _, err := r.UVarInt(); err != nil {
		return err
	}
	if err := hello.Decode(r); err != nil {
		return err
	}
	f.logins = append(f.logins, hello.User+":"+hello.Password)
	const version = 54460
	(&proto.ServerHello{Name: "fake", Major: 25, Minor: 8, Revision: version, Timezone: "UTC", DisplayName: "fake"}).EncodeAware(&buf, version)
	if _, err := c.Write(buf.Buf); err != nil {
		return err
	}
	if _, err := r.Str(); err != nil { // the addendum: a quota key
		return err
	}
	for {
		if _, err := r.UVarInt(); err != nil {
			return err
		}
		var q proto.Query
		if err := q.DecodeAware(r, version); err != nil {
			return err
		}
		f.queries = append(f.queries, q.Body)
		if err := f.insert(c, r, version, strings.Contains(q.Body, f.refuse)); err != nil {
			return err
		}
	}
}

// insert takes blocks until an empty one, and then acknowledges or refuses.
func (f *fakeServer) insert(c net.Conn, r *proto.Reader, version int, refuse bool) error {
	sample := &columns{}
	sample.uint64("id")
	sample.code("code")
	empty := 0
	for {
		if _, err := r.UVarInt(); err != nil {
			return err
		}
		if _, err := r.Str(); err != nil { // name of an external table
			return err
		}
		r.EnableCompression()
		var (
			block proto.Block
			ids   proto.ColUInt64
			codes = new(proto.ColStr).LowCardinality()
		)
		err := block.DecodeBlock(r, version, proto.Results{{Name: "id", Data: &ids}, {Name: "code", Data: codes}})
		r.DisableCompression()
		if err != nil {
			return err
		}
		f.rows = append(f.rows, ids...)
		if block.Rows > 0 {
			continue
		}
		var buf proto.Buffer
		if empty++; empty == 1 { // the end of the query: say which columns are wanted
			var b proto.Buffer
			if err := (proto.Block{Columns: len(sample.input)}).EncodeBlock(&b, version, sample.input); err != nil {
				return err
			}
			w := compress.NewWriter(compress.LevelZero, compress.LZ4)
			if err := w.Compress(b.Buf); err != nil {
				return err
			}
			proto.ServerCodeData.Encode(&buf)
			buf.PutString("")
			buf.Buf = append(buf.Buf, w.Data...)
			if _, err := c.Write(buf.Buf); err != nil {
				return err
			}
			continue
		}
		if refuse {
			proto.ServerCodeException.Encode(&buf)
			(&proto.Exception{Code: 469, Name: "DB::Exception", Message: "Constraint is violated"}).EncodeAware(&buf, version)
		} else {
			proto.ServerCodeEndOfStream.Encode(&buf)
		}
		_, err = c.Write(buf.Buf)
		return err
	}
}

func TestNativeProtocol(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead.Close()
	f := &fakeServer{t: t, refuse: "unlucky"}
	served := make(chan struct{})
	go func() { defer close(served); f.serve(l) }()

	cfg := Default().ClickHouse
	cfg.Addrs = []string{dead.Addr().String(), l.Addr().String()}
	cfg.Password, cfg.InsertTimeout = "secret", 5*time.Second
	ins := newInserter(&cfg)
	cols := &columns{}
	id, code := cols.uint64("id"), cols.code("code")
	for i := range uint64(3) {
		id.Append(i)
		code.Append("c")
	}
	if err := ins.insert(t.Context(), "t", 3, cols.input); err == nil || refusalOf(err) != nil || !strings.Contains(err.Error(), dead.Addr().String()) {
		t.Errorf("server that is away: %v, want a fault that names it", err)
	}
	if err := ins.insert(t.Context(), "t", 3, cols.input); err != nil {
		t.Errorf("next server: %v", err)
	}
	if no := refusalOf(ins.insert(t.Context(), "unlucky", 3, cols.input)); no == nil || no.Code != 469 || !strings.Contains(no.Message, "violated") {
		t.Errorf("refused rows: %v, want the server's code and words", no)
	}
	if err := ins.insert(t.Context(), "t", 3, cols.input); err != nil {
		t.Errorf("after a refusal: %v", err)
	}
	ins.close()
	l.Close()
	<-served
	if len(f.rows) != 9 || f.rows[8] != 2 || f.logins[0] != "default:secret" || f.queries[0] != `INSERT INTO clearlane.t ("id","code") VALUES` {
		t.Errorf("server saw rows %v, logins %v, queries %q", f.rows, f.logins, f.queries)
	}
}

// Over TLS too; a server of another authority is refused before it hears a name.
func TestNativeProtocolOverTLS(t *testing.T) {
	server, client := Certify(t)
	_, other := Certify(t)
	l, err := tls.Listen("tcp", "127.0.0.1:0", server)
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeServer{t: t, refuse: "unlucky"}
	served := make(chan struct{})
	go func() { defer close(served); f.serve(l) }()
	cols := &columns{}
	cols.uint64("id").Append(7)
	cols.code("code").Append("c")
	for trust, want := range map[*tls.Config]string{client: "", other: "certificate signed by unknown authority"} {
		cfg := Default().ClickHouse
		cfg.Addrs, cfg.TLS, cfg.InsertTimeout = []string{l.Addr().String()}, trust, 5*time.Second
		ins := newInserter(&cfg)
		err := ins.insert(t.Context(), "t", 1, cols.input)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), cfg.Addrs[0])) {
			t.Errorf("%v, want %q", err, want)
		}
		ins.close()
	}
	l.Close()
	<-served
	if len(f.logins) != 1 || len(f.rows) != 1 || f.rows[0] != 7 {
		t.Errorf("server saw logins %v, rows %v; want one of each", f.logins, f.rows)
	}
}
