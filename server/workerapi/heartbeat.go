package workerapi

import (
	"context"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// Heartbeat is weirv1connect.WorkerServiceHandler.
func (h *Handler) Heartbeat(ctx context.Context, req *connect.Request[weirv1.HeartbeatRequest]) (*connect.Response[weirv1.HeartbeatResponse], error) {
	w, err := h.worker(ctx, req.Header())
	if err != nil {
		return nil, err
	}
	m := req.Msg
	wanted := state.WorkerStatus(m.GetState())
	switch wanted {
	case state.WorkerRunning, state.WorkerLanding, state.WorkerLanded, state.WorkerRetiring:
	default:
		return nil, invalid("a worker cannot want to be %q", wanted)
	}
	answer, err := h.store.WorkerHeartbeat(ctx, w, postgres.Heartbeat{
		Epoch: m.GetEpoch(), State: wanted, Runs: m.GetRuns(), Volumes: m.GetVolumes(), Refuses: m.GetRefuses(),
	})
	if err != nil {
		return nil, h.asConnect("a worker's heartbeat", err)
	}
	out := &weirv1.HeartbeatResponse{
		State:   string(answer.Status),
		Destroy: &weirv1.Destroy{Runs: answer.Runs, Volumes: answer.Volumes},
	}
	if answer.Gone {
		out.State = "gone"
		h.opts.Log.Info("a worker has retired", "worker", w.Name)
	}
	return connect.NewResponse(out), nil
}
