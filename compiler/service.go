package compiler

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// services compiles the containers beside a task's.
func (u *unit) services(list []*config.Service) []graph.Service {
	table(list, "service", "service", &u.list, func(s *config.Service) config.Name { return s.Name })
	var out []graph.Service
	for _, s := range list {
		out = append(out, u.service(s))
	}
	slices.SortStableFunc(out, func(a, b graph.Service) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func (u *unit) service(s *config.Service) graph.Service {
	if s.Image == nil {
		u.errorf(diag.MissingField, s.Range, "Service without image", "A service says what it runs: image = \"docker.io/library/postgres:17\".")
	}
	return graph.Service{
		Name: s.Name.Text, Image: u.imageRef(s.Image), Run: u.texts(s.Run), Env: u.data(s.Env), User: u.word(s.User),
		Privileged: u.flag(s.Privileged), Ready: u.ready(s.Ready), Limits: u.limits(s.Limits),
	}
}

func (u *unit) ready(r *config.Ready) graph.Ready {
	if r == nil {
		return graph.Ready{}
	}
	out := graph.Ready{Command: u.texts(r.Command), Timeout: u.duration(r.Timeout)}
	if list, ok := parts(r.Command); r.Command == nil || ok && len(list) == 0 {
		u.errorf(diag.MissingField, r.Range, "Ready without command", "A service is ready when a command in its container succeeds: command = [\"pg_isready\"].")
	}
	return out
}

// Platforms are an operating system, or that and an architecture. Read only.
var (
	systems       = []string{"darwin", "linux", "windows"}
	architectures = []string{"386", "amd64", "arm", "arm64", "ppc64le", "riscv64", "s390x"}
)

func (u *unit) platform(e config.Expr) string {
	text, ok := u.text(e)
	if !ok {
		return ""
	}
	system, architecture, both := strings.Cut(text, "/")
	u.choice(config.Name{Text: system, Range: e.Range()}, systems)
	if both {
		u.choice(config.Name{Text: architecture, Range: e.Range()}, architectures)
	}
	return text
}

// network is what a task may reach; none is another word for hermetic.
func (u *unit) network(t config.Task, out *graph.Task) {
	word := u.wordOf(t.Network, "outbound", []string{"host", "none", "outbound"})
	if word != "none" {
		if t.Network != nil && out.Hermetic {
			u.errorf(diag.Conflict, t.Network.Range(), "Hermetic task with a network", "A hermetic task has no network; leave one of the two out.")
		}
		out.Network = word
		return
	}
	out.Hermetic = true
}
