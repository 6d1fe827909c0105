package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// build triggers one build and waits for its end.
func (s *system) build(ctx context.Context, job string) (time.Duration, error) {
	start := time.Now()
	id, err := s.trigger(ctx, job)
	if err != nil {
		return 0, err
	}
	if err := s.ended(ctx, &weirv1.WatchRequest{Id: id}); err != nil {
		return 0, err
	}
	return time.Since(start), nil
}

// ended follows a build to its end, which must be good.
func (s *system) ended(ctx context.Context, which *weirv1.WatchRequest) error {
	stream, err := s.builds.Watch(ctx, call(which))
	if err != nil {
		return err
	}
	defer stream.Close()
	for stream.Receive() {
		b := stream.Msg().GetBuild()
		switch b.GetStatus() {
		case "succeeded":
			return nil
		case "failed", "errored", "aborted":
			return fmt.Errorf("%s/%d %s: %s", b.GetJob(), b.GetNumber(), b.GetStatus(), b.GetMessage())
		}
	}
	return errors.Join(errors.New("the stream ended before the build"), stream.Err())
}

// chain makes a version appear and waits for the last of three jobs to pass.
func (s *system) chain(ctx context.Context, round int) (time.Duration, error) {
	version := map[string]string{"version": strconv.Itoa(1000 + round)}
	if _, err := s.resources.Check(ctx, call(&weirv1.CheckRequest{Pipeline: "bench", Resource: "numbers", From: version})); err != nil {
		return 0, err
	}
	start := time.Now() // the version is found
	which := &weirv1.WatchRequest{Pipeline: "bench", Job: "c", Number: int64(round + 1)}
	for {
		_, err := s.builds.GetBuild(ctx, call(&weirv1.GetBuildRequest{Pipeline: "bench", Job: "c", Number: which.GetNumber()}))
		if err == nil {
			break
		}
		if time.Since(start) > time.Minute {
			return 0, fmt.Errorf("c/%d did not start within a minute: %w", which.GetNumber(), err)
		}
		time.Sleep(20 * time.Millisecond) // seldom, as each question costs what is measured; c takes longer than that
	}
	if err := s.ended(ctx, which); err != nil {
		return 0, err
	}
	return time.Since(start), nil
}

// flood queues n builds at once and gives builds per second until all are done.
func (s *system) flood(ctx context.Context, n int) (float64, error) {
	start := time.Now()
	for range n {
		if _, err := s.trigger(ctx, "one"); err != nil {
			return 0, err
		}
	}
	if err := s.allEnded(ctx, n); err != nil {
		return 0, err
	}
	return float64(n) / time.Since(start).Seconds(), nil
}

// allEnded asks now and then until the newest n builds have ended, which must be
// well. Following each of them would be work that the raw side does not have.
func (s *system) allEnded(ctx context.Context, n int) error {
	for {
		r, err := s.builds.ListBuilds(ctx, call(&weirv1.ListBuildsRequest{Pipeline: "bench", Job: "one", Limit: int32(n)}))
		if err != nil {
			return err
		}
		open := 0
		for _, b := range r.Msg.GetBuilds() {
			switch b.GetStatus() {
			case "pending", "running":
				open++
			case "succeeded":
			default:
				return fmt.Errorf("%s/%d %s: %s", b.GetJob(), b.GetNumber(), b.GetStatus(), b.GetMessage())
			}
		}
		if open == 0 {
			return nil
		}
		time.Sleep(250 * time.Millisecond)
	}
}

// compilePlan times `weir validate` and `weir plan` on a thousand jobs, as whole
// processes; what starting the program costs is in both.
func compilePlan(ctx context.Context, s *system, _ *raw, t *table) error {
	dir := filepath.Join(s.dir, "thousand")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "pipeline.weir.hcl"), []byte(thousandJobs()), 0o600); err != nil {
		return err
	}
	for _, command := range [][]string{{"validate", dir}, {"plan", dir}} {
		var all []time.Duration
		for range 7 {
			start := time.Now()
			if err := s.run(ctx, command...); err != nil {
				return err
			}
			all = append(all, time.Since(start))
		}
		t.row("weir "+command[0]+", 1,000 jobs", median(all).String(), "", "< 300 ms")
	}
	return nil
}

func thousandJobs() string {
	var b strings.Builder
	b.WriteString("pipeline \"thousand\" {}\nresource \"git\" \"app\" {\n  source = { uri = \"https://git.example.com/app.git\" }\n}\n")
	for i := range 1000 {
		passed := ""
		if i > 0 {
			passed = fmt.Sprintf("\n    passed  = [job.j%d]", i-1)
		}
		fmt.Fprintf(&b, "job \"j%d\" {\n  get \"app\" {\n    trigger = true%s\n  }\n  task \"test\" {\n    image  = \"docker.io/library/golang:1.26\"\n    inputs = [\"app\"]\n    run    = [\"go\", \"test\", \"./...\"]\n  }\n}\n", i, passed)
	}
	return b.String()
}
