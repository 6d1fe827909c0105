package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// identify finds the worker's own key, or trades the enrolment key for one.
func (a *Agent) identify(ctx context.Context) error {
	key, err := a.ownKey()
	if err != nil {
		return err
	}
	if key != "" {
		a.key.Store(&key)
		return nil
	}
	if a.opts.EnrolKey == "" {
		return fmt.Errorf("no key in %s, and no enrolment key to get one with", a.keyFile())
	}
	return a.enroll(ctx)
}

func (a *Agent) keyFile() string { return filepath.Join(a.opts.Dir, "key") }

func (a *Agent) ownKey() (string, error) {
	if a.opts.Key != "" {
		return a.opts.Key, nil
	}
	b, err := os.ReadFile(a.keyFile())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("the worker's key: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// enroll asks until the server gives an answer. A server that is not there yet
// is waited for; one that refuses is an error.
func (a *Agent) enroll(ctx context.Context) error {
	wait := a.backoff()
	for {
		key, err := a.enrollOnce(ctx)
		if err == nil {
			return a.adoptKey(key)
		}
		if refused(err) {
			return fmt.Errorf("enrolling worker %s: %w", a.opts.Name, err)
		}
		a.opts.Log.Warn("cannot enrol yet", "worker", a.opts.Name, "err", err)
		if err := sleep(ctx, wait.next()); err != nil {
			return err
		}
	}
}

func (a *Agent) enrollOnce(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	req := connect.NewRequest(&weirv1.EnrollRequest{Name: a.opts.Name})
	req.Header().Set("Authorization", "Bearer "+a.opts.EnrolKey)
	resp, err := a.client.Enroll(ctx, req)
	if err != nil {
		return "", err
	}
	return resp.Msg.GetKey(), nil
}

func (a *Agent) adoptKey(key string) error {
	if err := writeFile(a.keyFile(), []byte(key+"\n")); err != nil {
		return fmt.Errorf("keeping the worker's key: %w", err)
	}
	a.key.Store(&key)
	return nil
}

// reenroll is for a worker whose row is gone: it lost its key's worth, not its
// enrolment key.
func (a *Agent) reenroll(ctx context.Context) error {
	if a.opts.EnrolKey == "" || a.opts.Key != "" {
		return fmt.Errorf("the server refuses the key of worker %s; enrol it again", a.opts.Name)
	}
	a.key.Store(nil)
	return a.enroll(ctx)
}

// refused tells an answer that stays the same from a fault that passes.
func refused(err error) bool {
	switch connect.CodeOf(err) {
	case connect.CodeUnauthenticated, connect.CodePermissionDenied, connect.CodeAlreadyExists,
		connect.CodeInvalidArgument, connect.CodeUnimplemented, connect.CodeNotFound:
		return true
	}
	return false
}
