package gc

import (
	"slices"
	"testing"
	"time"

	"github.com/weirci/weir/state"
)

var now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func ago(d time.Duration) time.Time { return now.Add(-d) }

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		name  string
		state State
		want  []Command
		next  time.Time
	}{
		{"nothing", State{}, nil, time.Time{}},
		{"a container of a build that goes on", State{Containers: []Container{{Run: "r", Status: Created, Ended: time.Time{}}}}, nil, time.Time{}},
		{"of one that just ended", State{Containers: []Container{{Run: "r", Status: Created, Ended: ago(20 * time.Second)}}}, nil, now.Add(40 * time.Second)},
		{"of one that ended", State{Containers: []Container{{Run: "r", Status: Created, Ended: ago(time.Minute)}}}, []Command{DestroyContainer{"r"}}, time.Time{}},
		{"it is going already", State{Containers: []Container{{Run: "r", Status: Destroying, Ended: ago(time.Hour)}}}, nil, time.Time{}},
		{"of a failure", State{Containers: []Container{{Run: "r", Ended: ago(time.Minute), RunEnded: ago(time.Minute), Failed: ago(time.Minute)}}}, nil, now.Add(59 * time.Minute)},
		{"nobody looked", State{Containers: []Container{{Run: "r", Ended: ago(time.Hour), RunEnded: ago(time.Hour), Failed: ago(time.Hour)}}}, []Command{DestroyContainer{"r"}}, time.Time{}},
		{"there is a newer build", State{Containers: []Container{{Run: "r", Ended: ago(time.Minute), RunEnded: ago(time.Minute)}}}, []Command{DestroyContainer{"r"}}, time.Time{}},
		{"the disk is nearly full", State{Containers: []Container{{Run: "r", Ended: ago(time.Second), RunEnded: ago(time.Minute), Failed: ago(time.Second), Pressed: true}}}, []Command{DestroyContainer{"r"}}, time.Time{}},
		{"but it runs", State{Containers: []Container{{Run: "r", Pressed: true}}}, nil, time.Time{}},
		{"an attempt that failed, of a build that goes on", State{Containers: []Container{{Run: "r", RunEnded: ago(time.Hour)}}}, nil, time.Time{}},
		{"an output", State{Volumes: []Volume{{"w", "v", false, Created, ago(time.Hour), false, time.Time{}}}}, []Command{DestroyVolume{"w", "v", false}}, time.Time{}},
		{"an output whose build is deleted", State{Volumes: []Volume{{"w", "v", false, Created, time.Time{}, true, time.Time{}}}}, []Command{DestroyVolume{"w", "v", false}}, time.Time{}},
		{"of a build to go on from", State{Volumes: []Volume{{"w", "v", false, Created, ago(time.Hour), false, ago(time.Hour)}}}, nil, now.Add(119 * time.Hour)},
		{"nobody did", State{Volumes: []Volume{{"w", "v", false, Created, ago(time.Hour), false, ago(120 * time.Hour)}}}, []Command{DestroyVolume{"w", "v", false}}, time.Time{}},
		{"a cache stays", State{Volumes: []Volume{{"w", "v", true, Created, ago(time.Hour), false, time.Time{}}}}, nil, now.Add(14*day - time.Hour)},
		{"unused for long", State{Volumes: []Volume{{"w", "v", true, Created, ago(15 * day), false, time.Time{}}}}, []Command{DestroyVolume{"w", "v", true}}, time.Time{}},
		{"a cache of a job that is gone", State{Volumes: []Volume{{"w", "v", true, Created, ago(time.Hour), true, time.Time{}}}}, []Command{DestroyVolume{"w", "v", true}}, time.Time{}},
		{"a worker that is away", State{Workers: []Worker{{"w", state.WorkerStalled, ago(time.Hour), false}}}, nil, now.Add(23 * time.Hour)},
		{"for long", State{Workers: []Worker{{"w", state.WorkerStalled, ago(25 * time.Hour), false}}}, []Command{DeleteWorker{"w"}}, time.Time{}},
		{"but has runs", State{Workers: []Worker{{"w", state.WorkerStalled, ago(25 * time.Hour), true}}}, nil, time.Time{}},
		{"a worker that runs", State{Workers: []Worker{{"w", state.WorkerRunning, ago(25 * time.Hour), false}}}, nil, time.Time{}},
	} {
		got, next := Decide(c.state, DefaultKeep(), now)
		if !slices.Equal(got, c.want) || !next.Equal(c.next) {
			t.Errorf("%s: %v, again at %v", c.name, got, next)
		}
	}
}

// Of what is kept on a worker the newest stay, and a program that runs never counts.
func TestContainersAreKeptToANumber(t *testing.T) {
	keep := DefaultKeep()
	keep.Containers = 2
	var s State
	for i, name := range []string{"a", "b", "c", "d"} {
		for _, w := range []string{"1", "2"} {
			s.Containers = append(s.Containers, Container{Run: name + w, Worker: w, RunEnded: ago(time.Duration(10-i) * time.Second), Ended: ago(time.Second), Failed: ago(time.Second)})
		}
	}
	s.Containers = append(s.Containers, Container{Run: "running", Worker: "1"})
	got, _ := Decide(s, keep, now)
	if want := []Command{DestroyContainer{"a1"}, DestroyContainer{"a2"}, DestroyContainer{"b1"}, DestroyContainer{"b2"}}; !slices.Equal(got, want) {
		t.Errorf("%v go", got)
	}
}
