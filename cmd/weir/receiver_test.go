package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// receiver is whom notifications are sent to: one for each script.
type receiver struct {
	mu  sync.Mutex
	got []string
}

// receivers is by the script's name.
var receivers sync.Map

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	line := fmt.Sprintf("%s %s %s", q.Method, q.URL.EscapedPath(), body)
	if sign := q.Header.Get("X-Weir-Signature"); sign != "" {
		mac := hmac.New(sha256.New, []byte(secretInFile))
		fmt.Fprintf(mac, "%s.%s", q.Header.Get("X-Weir-Timestamp"), body)
		line += fmt.Sprintf(" signed=%v", sign == "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	r.mu.Lock()
	r.got = append(r.got, line)
	r.mu.Unlock()
	switch {
	case strings.HasPrefix(q.URL.Path, "/gone"):
		http.Error(w, "no such hook", http.StatusNotFound)
	case strings.HasPrefix(q.URL.Path, "/down"):
		http.Error(w, "down", http.StatusServiceUnavailable)
	}
}

func startReceiver(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: receiver NAME")
	}
	r := &receiver{}
	s := httptest.NewServer(r)
	receivers.Store(ts.Name(), r)
	ts.Defer(s.Close)
	ts.Setenv(args[0], s.URL)
}

func heard(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: heard N")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	found, _ := receivers.Load(ts.Name())
	r := found.(*receiver)
	var got []string
	for until := time.Now().Add(patience); time.Now().Before(until) && len(got) < want; time.Sleep(20 * time.Millisecond) {
		r.mu.Lock()
		got = slices.Clone(r.got)
		r.mu.Unlock()
	}
	slices.Sort(got)
	fmt.Fprintln(ts.Stdout(), strings.Join(got, "\n"))
	if len(got) != want {
		ts.Fatalf("it got %d requests, not %d", len(got), want)
	}
}
