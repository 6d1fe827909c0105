package agent

import (
	"cmp"
	"slices"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/worker"
)

// taskOf is what an order says, in the runtimes' words.
func taskOf(s *weirv1.Start) worker.Task {
	t := s.GetTask()
	return worker.Task{
		RunID: s.GetRunId(),
		Epoch: s.GetEpoch(),
		Image: worker.Image{Ref: t.GetImageRef(), Volume: cmp.Or(imageVolume(t), t.GetImageVolume()), BuiltIn: t.GetImageBuiltin()},
		Argv:  t.GetArgv(),
		Env:   slices.Sorted(slices.Values(t.GetEnv())),
		Dir:   t.GetDir(), User: t.GetUser(),
		Stdin: t.GetStdin(), Labels: t.GetLabels(), Secrets: s.GetSecrets(),
		Mounts:     mountsOf(t.GetMounts()),
		Privileged: t.GetPrivileged(), Hermetic: t.GetHermetic(),
		ResultOnStdout: t.GetResultOnStdout(),
		Limits:         worker.Limits{CPUMillis: t.GetCpuMillis(), MemoryBytes: t.GetMemoryBytes(), Pids: t.GetPids()},
		Timeout:        time.Duration(t.GetTimeoutMs()) * time.Millisecond,
		HostNetwork:    t.GetNetwork() == "host",
		Services:       servicesOf(t.GetServices()),
	}
}

func servicesOf(in []*weirv1.Service) []worker.Service {
	var out []worker.Service
	for _, s := range in {
		out = append(out, worker.Service{
			Name: s.GetName(), Image: worker.Image{Ref: s.GetImageRef()}, Argv: s.GetArgv(),
			Env: slices.Sorted(slices.Values(s.GetEnv())), User: s.GetUser(), Privileged: s.GetPrivileged(),
			Ready: s.GetReady(), ReadyTimeout: time.Duration(s.GetReadyTimeoutMs()) * time.Millisecond,
			Limits: worker.Limits{CPUMillis: s.GetCpuMillis(), MemoryBytes: s.GetMemoryBytes(), Pids: s.GetPids()},
		})
	}
	return out
}

func mountsOf(in []*weirv1.Mount) []worker.Mount {
	var out []worker.Mount
	for _, m := range in {
		out = append(out, worker.Mount{Volume: m.GetVolume(), Path: m.GetPath(), Kind: worker.MountKind(m.GetKind())})
	}
	return out
}
