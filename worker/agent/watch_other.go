//go:build !linux

package agent

import "errors"

// watcher is not there: log files are polled.
type watcher struct{}

func newWatcher() (*watcher, error) { return nil, errors.ErrUnsupported }

func (*watcher) watch(string) (<-chan struct{}, func(), error) {
	return nil, nil, errors.ErrUnsupported
}

func (*watcher) close() {}
