package intercept

import (
	"context"
	"sync"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// Stream is the worker's end: *connect.BidiStream of WorkerService.Attach. Send and
// Receive are each called from one goroutine at a time.
type Stream interface {
	Send(*weirv1.AttachResponse) error
	Receive() (*weirv1.AttachRequest, error)
}

// Sessions are those that wait for their worker, on this server.
type Sessions struct {
	mu      sync.Mutex
	waiting map[string]*Session // by id; owned by mu
}

// New makes an empty list.
func New() *Sessions { return &Sessions{waiting: map[string]*Session{}} }

// Session is one end's view of the other.
type Session struct {
	worker string // that may join
	joined chan struct{}
	over   chan struct{}
	once   sync.Once

	mu     sync.Mutex
	stream Stream // owned by mu; nil before the worker has joined, and after the end
}

// Open makes a session for a worker. The caller ends it with Close.
func (s *Sessions) Open(id, workerID string) *Session {
	one := &Session{worker: workerID, joined: make(chan struct{}), over: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting[id] = one
	return one
}

// Close ends a session, however far it came. It does not wait: the worker's stream
// ends by itself.
func (s *Sessions) Close(id string) {
	s.mu.Lock()
	one := s.waiting[id]
	delete(s.waiting, id)
	s.mu.Unlock()
	if one != nil {
		one.once.Do(func() { close(one.over) })
	}
}

// Join gives a worker's stream to who waits for it, and returns when they are
// done with it; false at once where nobody waits, or for another worker. free has a
// Send return that waits for the worker to read; nothing is sent after it.
func (s *Sessions) Join(ctx context.Context, id, workerID string, stream Stream, free func()) bool {
	s.mu.Lock()
	one := s.waiting[id]
	s.mu.Unlock()
	if one == nil || one.worker != workerID || !one.take(stream) {
		return false
	}
	select {
	case <-one.over:
	case <-ctx.Done():
	}
	free()
	one.end()
	return true
}

func (s *Session) take(stream Stream) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.joined:
		return false // by another stream
	default:
	}
	s.stream = stream
	close(s.joined)
	return true
}

// end lets go of the stream: once it has returned nothing is sent on it any more.
func (s *Session) end() {
	s.once.Do(func() { close(s.over) })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stream = nil
}

// Joined is closed when the worker is there.
func (s *Session) Joined() <-chan struct{} { return s.joined }

// Over is closed when the session has ended.
func (s *Session) Over() <-chan struct{} { return s.over }

// Send tells the worker something; false when it is not there any more.
func (s *Session) Send(m *weirv1.AttachResponse) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stream != nil && s.stream.Send(m) == nil
}

// Receive hears the worker. It is called by one goroutine.
func (s *Session) Receive() (*weirv1.AttachRequest, bool) {
	s.mu.Lock()
	stream := s.stream
	s.mu.Unlock()
	if stream == nil {
		return nil, false
	}
	m, err := stream.Receive()
	return m, err == nil
}
