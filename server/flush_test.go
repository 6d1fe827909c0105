package server

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// countingWriter counts flushes.
type countingWriter struct {
	*httptest.ResponseRecorder
	flushes atomic.Int32
}

func (w *countingWriter) FlushError() error { w.flushes.Add(1); return nil }

func TestFlushesAreCollected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &countingWriter{ResponseRecorder: httptest.NewRecorder()}
		want := func(n int32) {
			t.Helper()
			if got := w.flushes.Load(); got != n {
				t.Errorf("%d flushes, want %d", got, n)
			}
		}
		lazyFlushes(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			send := func(n int) {
				for range n {
					_, _ = rw.Write([]byte("x"))
					rw.(http.Flusher).Flush()
				}
			}
			send(1)
			want(1) // the first at once
			send(100)
			want(1)
			time.Sleep(2 * flushEvery)
			want(2) // the others together
			time.Sleep(10 * flushEvery)
			want(2) // and nothing more
			send(1)
			want(3)
			send(1)
		})).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
		time.Sleep(10 * flushEvery)
		want(3) // after the end the writer is left alone
		if w.Body.Len() != 103 {
			t.Errorf("%d bytes", w.Body.Len())
		}
	})
}
