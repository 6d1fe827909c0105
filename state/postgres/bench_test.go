package postgres_test

import (
	"fmt"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// BenchmarkApply makes a pipeline of n nodes, changes one node of it, and reads
// it back.
func BenchmarkApply(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		want := large(n)
		g := want.graph(b)
		changed := want.with("job.j0_0", graph.Job{MaxInFlight: 1}).graph(b)
		b.Run(fmt.Sprint("create/", n), func(b *testing.B) {
			s := pgtest.New(b)
			for i := 0; b.Loop(); i++ {
				id, err := s.EnsureTeam(b.Context(), fmt.Sprint("t", i))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := s.Apply(b.Context(), plan(id, nil, g)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprint("change/", n), func(b *testing.B) {
			s := pgtest.New(b)
			id := team(b, s)
			apply(b, s, id, want)
			from, to := g, changed
			for b.Loop() {
				if _, err := s.Apply(b.Context(), plan(id, from, to)); err != nil {
					b.Fatal(err)
				}
				from, to = to, from
			}
		})
		b.Run(fmt.Sprint("read/", n), func(b *testing.B) {
			s := pgtest.New(b)
			id := team(b, s)
			apply(b, s, id, want)
			for b.Loop() {
				if _, _, err := s.CurrentGraph(b.Context(), id, "demo"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkQueue enqueues, claims and releases one key.
func BenchmarkQueue(b *testing.B) {
	s := pgtest.New(b)
	for b.Loop() {
		if err := s.Enqueue(b.Context(), "job/a"); err != nil {
			b.Fatal(err)
		}
		drain(b, s)
	}
}
