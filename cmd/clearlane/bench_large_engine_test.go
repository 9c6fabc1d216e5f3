package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/embedded/chdb"
	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
)

// largeEngine is the ClickHouse engine of this process on a folder that outlives it.
type largeEngine struct{ addr string }

func openLarge(t *testing.T, dir string) *largeEngine {
	t.Helper()
	library, err := chdb.Find(chdbtest.CacheDir())
	must(t, err)
	engine, err := chdb.Open(chdb.Options{Library: library, DataDir: dir})
	must(t, err)
	t.Cleanup(func() { must(t, engine.Close()) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	front, err := engine.Serve(listener)
	must(t, err)
	return &largeEngine{addr: front.Addr()}
}

// ask runs one statement with its parameters; of a query it returns what it prints.
func (e *largeEngine) ask(statement string, params map[string]string) ([]byte, error) {
	q := url.Values{}
	for name, value := range params {
		q.Set("param_"+name, value)
	}
	_, body, err := e.post("/?"+q.Encode(), statement)
	return body, err
}

// post sends one statement to a path of the engine's front.
func (e *largeEngine) post(path, statement string) (http.Header, []byte, error) {
	res, err := http.Post("http://"+e.addr+path, "text/plain", strings.NewReader(statement))
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && (res.StatusCode != http.StatusOK || bytes.Contains(body, []byte("__exception__"))) {
		err = fmt.Errorf("%.1000s; statement: %.200s", body, statement)
	}
	return res.Header, body, err
}

func (e *largeEngine) must(t *testing.T, statement string, params map[string]string) {
	t.Helper()
	_, err := e.ask(statement, params)
	must(t, err)
}

// rows reads the rows of a query as a T each, by the names of its columns.
func rowsInto[T any](t *testing.T, e *largeEngine, query string) (list []T) {
	t.Helper()
	body, err := e.ask(query+" FORMAT JSONEachRow SETTINGS output_format_json_quote_64bit_integers = 0", nil)
	must(t, err)
	for d := json.NewDecoder(bytes.NewReader(body)); d.More(); {
		var row T
		must(t, d.Decode(&row))
		list = append(list, row)
	}
	return list
}

// script runs the statements of a file of testdata/large, for each parted by a semicolon
// at the end of a line.
func (e *largeEngine) script(t *testing.T, name string, params map[string]string) {
	t.Helper()
	text, err := os.ReadFile("testdata/large/" + name)
	must(t, err)
	for s := range strings.SplitSeq(string(text), ";\n") {
		if strings.TrimSpace(s) != "" {
			e.must(t, s, params)
		}
	}
}

// cpuTime is the processor time of this process, the engine's threads among it.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	must(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
