package workerapi

import (
	"context"
	"errors"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state/postgres"
)

// fill completes a task with its secrets. From here on it is neither stored nor
// logged.
func (h *Handler) fill(ctx context.Context, t *weirv1.Task) ([]string, error) {
	var all []string
	for ; t != nil; t = t.GetImageFrom() {
		if len(t.GetLater()) == 0 {
			continue
		}
		if h.opts.Secrets == nil {
			return nil, errors.New("this server reads no secrets")
		}
		values, err := h.opts.Secrets.Fill(ctx, t)
		if err != nil {
			return nil, err
		}
		all = append(all, values...)
	}
	return all, nil
}

// refuse ends a run whose secrets cannot be read, as if its worker had said so: to
// try again would not help before somebody has seen it.
func (o *orders) refuse(ctx context.Context, ref postgres.RunRef, why error) error {
	o.handler.opts.Log.Info("the secrets of a run cannot be read", "run", ref.ID, "err", why)
	run := postgres.WorkerRun{RunRef: ref, Worker: o.worker.Key}
	end := postgres.RunEnd{Message: why.Error()} // its end is its assignment's time: no earlier one is kept
	p, err := o.handler.store.RunEnded(ctx, run, end)
	if err == nil && p.Again {
		end.LogOffset = p.Offset
		_, err = o.handler.store.RunEnded(ctx, run, end)
	}
	if err != nil {
		delete(o.started, ref) // looked at again
		o.handler.opts.Log.Warn("cannot note that the secrets of a run cannot be read", "run", ref.ID, "err", err)
	}
	return ctx.Err()
}
