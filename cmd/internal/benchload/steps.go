package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/sync/errgroup"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

const (
	loadJobs       = 20
	stepsOfABuild  = 10
	queuedBuilds   = 400 // before the workers come
	warmBuilds     = 100 // before those: so that what is measured is what lasts
	transitions    = 2   // of one step: running, succeeded
	halfLoad       = 500 // transitions a second
	halfLoadLength = 12 * time.Second
)

// loadPipeline has jobs of task steps, one after the other.
func loadPipeline() string {
	var b strings.Builder
	b.WriteString("pipeline \"load\" {}\n")
	for j := range loadJobs {
		fmt.Fprintf(&b, "job \"j%d\" {\n", j)
		for s := range stepsOfABuild {
			fmt.Fprintf(&b, "  task \"s%d\" {\n    image = \"oci:/none\"\n    run = [\"/bin/true\"]\n  }\n", s)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// steps measures how many steps change a second, with one server and with two, each
// on a database of its own, and how long a step that has ended keeps its build
// waiting at half the floor's load.
func steps(ctx context.Context, dir string, t *table) error {
	one, err := onFresh(ctx, filepath.Join(dir, "one"), 1, func(in *installation) (float64, error) {
		rate, err := in.throughput(ctx, t, "one server")
		if err != nil {
			return 0, err
		}
		return rate, in.latency(ctx, t)
	})
	if err != nil {
		return err
	}
	two, err := onFresh(ctx, filepath.Join(dir, "two"), 2, func(in *installation) (float64, error) {
		return in.throughput(ctx, t, "two servers")
	})
	if err != nil {
		return err
	}
	t.row("two servers beside one", fmt.Sprintf("%.2f ×", two/one), "", "≥ 1 ×")
	return nil
}

// onFresh measures on an installation that has no past.
func onFresh(ctx context.Context, dir string, servers int, measure func(*installation) (float64, error)) (float64, error) {
	in, err := install(ctx, dir)
	if err != nil {
		return 0, err
	}
	defer in.remove()
	for range servers - 1 {
		if err := in.addServer(ctx); err != nil {
			return 0, err
		}
	}
	return measure(in)
}

// throughput is the transitions a second of servers that have worked before.
func (in *installation) throughput(ctx context.Context, t *table, name string) (float64, error) {
	if err := in.apply(ctx, loadPipeline()); err != nil {
		return 0, err
	}
	worker := strings.ReplaceAll(name, " ", "-")
	if _, _, err := in.workOff(ctx, worker+"-warm", warmBuilds); err != nil {
		return 0, err
	}
	rate, share, err := in.workOff(ctx, worker, queuedBuilds)
	if err != nil {
		return 0, err
	}
	t.row("step transitions, "+name, fmt.Sprintf("%.0f/s", rate), share, "≥ 1000/s")
	return rate, nil
}

// workOff queues builds, lets two workers come, and gives transitions a second until
// all builds have ended.
func (in *installation) workOff(ctx context.Context, worker string, builds int) (rate float64, share string, err error) {
	client := in.builds(0)
	for i := range builds {
		if err := trigger(ctx, client, i); err != nil {
			return 0, "", err
		}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	workers, wait, err := in.work(ctx, worker, 0)
	if err != nil {
		return 0, "", err
	}
	cores := in.startClock()
	all := builds * stepsOfABuild
	err = until(ctx, time.Minute*3, func() bool { return ended(workers) >= all })
	elapsed, share := cores()
	stop()
	err = errors.Join(err, wait(), in.allGood(context.WithoutCancel(ctx)))
	return float64(all*transitions) / elapsed.Seconds(), share, err
}

// latency triggers builds steadily, and looks at the time from the end of a step,
// as its worker says it, to the order for the next one: two decisions (what the
// build does next, and where), two commits, and the way there and back.
func (in *installation) latency(ctx context.Context, t *table) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	workers, wait, err := in.work(ctx, "half-load", 20*time.Millisecond)
	if err != nil {
		return err
	}
	cores := in.startClock()
	client := in.builds(0)
	every := time.NewTicker(time.Second * transitions * stepsOfABuild / halfLoad)
	defer every.Stop()
	total := int(halfLoadLength / (time.Second * transitions * stepsOfABuild / halfLoad))
	var triggers errgroup.Group
	for i := range total {
		<-every.C
		triggers.Go(func() error { return trigger(ctx, client, i) })
	}
	err = errors.Join(triggers.Wait(), until(ctx, time.Minute, func() bool { return ended(workers) >= total*stepsOfABuild }))
	_, share := cores()
	stop()
	if err := errors.Join(err, wait()); err != nil {
		return err
	}
	var waits []time.Duration
	for _, w := range workers {
		_, some := w.count()
		waits = append(waits, some...)
	}
	figure := fmt.Sprintf("p50 %v, p99 %v", percentile(waits, 50), percentile(waits, 99))
	t.row(fmt.Sprintf("end of a step to the next one's order, %d/s", halfLoad), figure, share, "p99 < 50 ms")
	return nil
}

// work starts two workers, shared out among the servers. wait gives their errors
// when ctx has ended.
func (in *installation) work(ctx context.Context, name string, takes time.Duration) (workers []*worker, wait func() error, err error) {
	for i := range 2 {
		w, err := in.enrol(ctx, fmt.Sprintf("%s-%d", name, i), i%len(in.servers), takes)
		if err != nil {
			return nil, nil, err
		}
		workers = append(workers, w)
	}
	var g errgroup.Group
	for _, w := range workers {
		g.Go(func() error { return w.run(ctx) })
	}
	return workers, g.Wait, nil
}

// startClock begins to measure; what it gives ends that.
func (in *installation) startClock() func() (elapsed time.Duration, share string) {
	began := time.Now()
	s0, p0 := in.cpu()
	return func() (time.Duration, string) {
		elapsed := time.Since(began)
		s1, p1 := in.cpu()
		return elapsed, fmt.Sprintf("%.2f + %.2f", (s1-s0).Seconds()/elapsed.Seconds(), (p1-p0).Seconds()/elapsed.Seconds())
	}
}

func trigger(ctx context.Context, c triggerer, i int) error {
	_, err := c.Trigger(ctx, connect.NewRequest(&weirv1.TriggerRequest{Pipeline: "load", Job: fmt.Sprintf("j%d", i%loadJobs), NoCheck: true}))
	return err
}

type triggerer interface {
	Trigger(context.Context, *connect.Request[weirv1.TriggerRequest]) (*connect.Response[weirv1.TriggerResponse], error)
}

func ended(workers []*worker) (sum int) {
	for _, w := range workers {
		n, _ := w.count()
		sum += n
	}
	return sum
}

// until waits for something that is looked at often, as looking costs nothing.
func until(ctx context.Context, most time.Duration, done func() bool) error {
	for deadline := time.Now().Add(most); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("it is not done after %v", most)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// allGood: a rate of builds that went wrong would be none.
func (in *installation) allGood(ctx context.Context) error {
	client := in.builds(0)
	for j := range loadJobs {
		r, err := client.ListBuilds(ctx, connect.NewRequest(&weirv1.ListBuildsRequest{Pipeline: "load", Job: fmt.Sprintf("j%d", j), Limit: queuedBuilds}))
		if err != nil {
			return err
		}
		for _, b := range r.Msg.GetBuilds() {
			if b.GetStatus() != "succeeded" && b.GetStatus() != "running" { // its last step was just reported
				return fmt.Errorf("%s/%d %s: %s", b.GetJob(), b.GetNumber(), b.GetStatus(), b.GetMessage())
			}
		}
	}
	return nil
}
