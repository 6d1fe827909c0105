package server

import (
	"encoding/json"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state/postgres"
)

func stamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}

// versionMap reads a version's JSON; the store holds only objects of strings.
func versionMap(data []byte) map[string]string {
	var out map[string]string
	_ = json.Unmarshal(data, &out)
	return out
}

// condition is nil where there is none.
func condition(all map[string]postgres.Condition, subject string) *weirv1.Condition {
	c, ok := all[subject]
	if !ok {
		return nil
	}
	return &weirv1.Condition{Reason: c.Reason, Message: c.Message, Since: timestamppb.New(c.Since)}
}

func buildMessage(b postgres.BuildView) *weirv1.Build {
	return &weirv1.Build{
		Id: b.ID, Pipeline: b.Pipeline, Job: graph.Address(b.Job).Name(), Number: b.Number,
		Status: b.Status, Cause: b.Cause, CreatedBy: b.CreatedBy, Message: b.Message, Revision: b.Revision,
		CreatedAt: timestamppb.New(b.CreatedAt), StartedAt: stamp(b.StartedAt), EndedAt: stamp(b.EndedAt), ReapedAt: stamp(b.ReapedAt),
		Fault: b.Fault, AbortRequestedBy: b.AbortRequestedBy, AbortForcedBy: b.AbortForcedBy,
	}
}

func stepMessage(s postgres.StepView) *weirv1.Step {
	return &weirv1.Step{
		Path: s.Path, Kind: s.Kind, Name: s.Name, Status: s.Status, Attempt: s.Attempt, Message: s.Message,
		StartedAt: stamp(s.StartedAt), EndedAt: stamp(s.EndedAt), Fault: s.Fault,
	}
}

func workerMessage(w postgres.WorkerView) *weirv1.Worker {
	return &weirv1.Worker{
		Id: w.ID, Name: w.Name, Status: w.Status, Runtime: w.Runtime, Platform: w.Platform, Tags: w.Tags,
		Capacity: w.Capacity, Running: w.Running, Version: w.Version, Message: w.Message,
		CpuMillis: w.CpuMillis, MemoryBytes: w.MemoryBytes, CpuReserved: w.CpuReserved, MemoryReserved: w.MemoryReserved,
		MaxTasks: w.MaxTasks, MaxBuilds: w.MaxBuilds, Tasks: w.Tasks, Builds: w.Builds,
		RegisteredAt: timestamppb.New(w.RegisteredAt), HeartbeatAt: timestamppb.New(w.HeartbeatAt),
	}
}
