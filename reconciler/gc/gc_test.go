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
		{"a container of a build that goes on", State{Containers: []Container{{"r", Created, time.Time{}}}}, nil, time.Time{}},
		{"of one that just ended", State{Containers: []Container{{"r", Created, ago(20 * time.Second)}}}, nil, now.Add(40 * time.Second)},
		{"of one that ended", State{Containers: []Container{{"r", Created, ago(time.Minute)}}}, []Command{DestroyContainer{"r"}}, time.Time{}},
		{"it is going already", State{Containers: []Container{{"r", Destroying, ago(time.Hour)}}}, nil, time.Time{}},
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
