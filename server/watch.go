package server

import (
	"context"
	"time"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state/postgres"
)

// Watch streams a build from its beginning to its end.
func (b *Builds) Watch(ctx context.Context, req *connect.Request[weirv1.WatchRequest], stream *connect.ServerStream[weirv1.WatchResponse]) error {
	return b.Follow(ctx, req.Msg, stream.Send)
}

// Follow is Watch for any receiver. It returns nil after the terminal event, or
// the first error of send as it is. It holds a few chunks of log in memory,
// whatever the size of the log and the speed of the receiver, and no connection
// to the database while it sends.
func (b *Builds) Follow(ctx context.Context, req *weirv1.WatchRequest, send func(*weirv1.WatchResponse) error) error {
	id, ok := IdentityOf(ctx)
	if !ok {
		return connect.NewError(connect.CodeUnauthenticated, errNoToken)
	}
	build, err := b.find(ctx, id.Team, req)
	if err != nil {
		return b.fail(ctx, id, err)
	}
	wake, cancel := b.subscribe()
	defer cancel()
	f := newFollower(b, id.Team, build.ID, req.Seen, send)
	err = f.run(ctx, wake)
	if err == nil || f.sendFailed {
		return err
	}
	return b.fail(ctx, id, err)
}

func (b *Builds) subscribe() (<-chan string, func()) {
	if b.listener == nil {
		return nil, func() {}
	}
	return b.listener.Subscribe(postgres.ChannelBuild)
}

// run looks at the build whenever it hears of it, and now and then in any case,
// until it has shown the build's end. A database that is away for a while only
// makes it late.
func (f *follower) run(ctx context.Context, wake <-chan string) error {
	poll := time.NewTicker(f.poll)
	defer poll.Stop()
	for away := time.Duration(0); ; {
		done, err := f.round(ctx)
		switch {
		case context.Cause(ctx) != nil:
			return context.Cause(ctx)
		case done:
			return nil
		case err == nil:
			away = 0
		case f.sendFailed || !databaseDown(err) || away >= f.patience:
			return err
		default:
			away += f.poll
		}
		if wake, err = f.wait(ctx, wake, poll.C); err != nil {
			return err
		}
	}
}

// wait returns when there may be something new. A channel that was closed, as
// the listener has ended, is waited for no more.
func (f *follower) wait(ctx context.Context, wake <-chan string, poll <-chan time.Time) (<-chan string, error) {
	for {
		select {
		case <-ctx.Done():
			return wake, context.Cause(ctx)
		case <-poll:
			return wake, nil
		case payload, ok := <-wake:
			if !ok {
				return nil, nil
			}
			if payload == f.build || payload == postgres.Everything {
				return wake, nil
			}
		}
	}
}
