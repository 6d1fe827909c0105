package containerd

import "sync"

// keyLocks is a mutex a key; keys that nobody holds take no room.
type keyLocks struct {
	mu   sync.Mutex
	held map[string]*keyLock // owned by mu
}

type keyLock struct {
	sync.Mutex
	users int // that hold it or wait for it; owned by keyLocks.mu
}

// lock waits for the key and gives the function that frees it.
func (l *keyLocks) lock(key string) (unlock func()) {
	l.mu.Lock()
	if l.held == nil {
		l.held = map[string]*keyLock{}
	}
	k := l.held[key]
	if k == nil {
		k = &keyLock{}
		l.held[key] = k
	}
	k.users++
	l.mu.Unlock()
	k.Lock()
	return func() {
		k.Unlock()
		l.mu.Lock()
		defer l.mu.Unlock()
		if k.users--; k.users == 0 {
			delete(l.held, key)
		}
	}
}
