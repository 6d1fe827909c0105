package server

import (
	"net/http"
	"sync"
	"time"
)

// flushEvery is the least time between two flushes of a stream.
const flushEvery = 5 * time.Millisecond

// lazyFlushes lets the messages of a stream that come close on each other leave
// together: a log of a million lines would take a million system calls. The
// first message after a pause leaves at once.
func lazyFlushes(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lazy := &lazyWriter{ResponseWriter: w}
		defer lazy.end()
		next.ServeHTTP(lazy, r)
	})
}

// lazyWriter is used by the handler and by its timer.
type lazyWriter struct {
	http.ResponseWriter
	mu      sync.Mutex
	waiting *time.Timer // runs since the last flush; nil: none was for a while
	dirty   bool        // a flush was asked for since
	ended   bool        // the handler has returned: the writer is no longer ours
}

// WriteHeader implements http.ResponseWriter.
func (w *lazyWriter) WriteHeader(code int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ResponseWriter.WriteHeader(code)
}

// Write implements http.ResponseWriter.
func (w *lazyWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ResponseWriter.Write(b)
}

// Flush implements http.Flusher.
func (w *lazyWriter) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting != nil {
		w.dirty = true
		return
	}
	w.flush()
}

func (w *lazyWriter) flush() {
	_ = http.NewResponseController(w.ResponseWriter).Flush()
	w.dirty = false
	w.waiting = time.AfterFunc(flushEvery, w.due)
}

// due flushes what was asked for meanwhile.
func (w *lazyWriter) due() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = nil
	if w.dirty && !w.ended {
		w.flush()
	}
}

func (w *lazyWriter) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	if w.waiting != nil {
		w.waiting.Stop()
	}
}
