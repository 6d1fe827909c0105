package server

import (
	"context"
	"fmt"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// ListContainers says which runs of a build can be looked into.
func (b *Builds) ListContainers(ctx context.Context, req *connect.Request[weirv1.ListContainersRequest]) (*connect.Response[weirv1.ListContainersResponse], error) {
	return unary(ctx, b.core, req, b.listContainers)
}

func (b *Builds) listContainers(ctx context.Context, id Identity, req *weirv1.ListContainersRequest) (*weirv1.ListContainersResponse, error) {
	view, err := b.find(ctx, id.Team, req)
	if err != nil {
		return nil, err
	}
	rows, newer, err := b.store.ContainersOfBuild(ctx, view.ID)
	if err != nil {
		return nil, err
	}
	byID, err := b.describe(ctx, id.Team, view.ID)
	out := &weirv1.ListContainersResponse{Build: byID[view.ID]}
	for _, r := range rows {
		out.Containers = append(out.Containers, &weirv1.Container{
			RunId: r.Run, Path: r.Path, Step: r.Step, Kind: r.Kind, Attempt: int32(r.Attempt), Status: runStatus(r), Worker: r.Worker, Gone: gone(r, newer),
		})
	}
	return out, err
}

// runStatus is how a run stands in the words of steps.
func runStatus(r postgres.ContainerView) string {
	switch {
	case r.Status == state.RunRunning:
		return "running"
	case r.Status == state.RunExited && r.ExitCode != nil && *r.ExitCode == 0:
		return "succeeded"
	case r.Status == state.RunExited && r.ExitCode != nil:
		return "failed"
	case r.Status.Terminal():
		return "errored"
	}
	return "waiting"
}

// gone is why there is nothing to look into; "": there is.
func gone(r postgres.ContainerView, newer int64) string {
	switch status := runStatus(r); {
	case r.Container != "" && r.Container != "destroying" && (r.Status == state.RunRunning || r.Ran && r.Status == state.RunExited):
		if r.WorkerStatus == state.WorkerStalled {
			return fmt.Sprintf("its worker %s does not answer", r.Worker)
		}
		return ""
	case status == "waiting":
		return "its program does not run yet"
	case status == "succeeded":
		return "it succeeded: what it made is in its outputs"
	case r.Status == state.RunLost || r.Infra:
		return "it was lost with its worker"
	case !r.Ran:
		return "its program never ran: " + r.Message
	case newer > 0:
		return fmt.Sprintf("build #%d of the job has ended since", newer)
	}
	return "it was kept as long as the server keeps such (--keep-containers), or its worker needed the room"
}
