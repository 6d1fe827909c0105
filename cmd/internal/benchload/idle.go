package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/sync/errgroup"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/api/weir/v1/weirv1connect"
	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
)

const (
	idlePipelines = 10_000
	idleSettle    = 15 * time.Second // what applying has started ends
	idleLength    = 80 * time.Second // longer than the servers' slowest round, which is about a minute
)

const idlePipeline = `
pipeline "idle" {}
resource "mock" "numbers" {
  source = { initial_version = "1" }
  check { every = "never" }
}
job "one" {
  get "numbers" { trigger = true }
  task "true" {
    image = "oci:/none"
    run   = ["/bin/true"]
  }
}
`

// idle measures what many pipelines cost in which nothing happens.
func idle(ctx context.Context, dir string, t *table) error {
	_, err := onFresh(ctx, filepath.Join(dir, "idle"), 1, func(in *installation) (float64, error) {
		if err := in.applyMany(ctx); err != nil {
			return 0, err
		}
		if err := sleep(ctx, idleSettle); err != nil {
			return 0, err
		}
		cores := in.startClock()
		if err := sleep(ctx, idleLength); err != nil {
			return 0, err
		}
		_, share := cores()
		t.row(fmt.Sprintf("%d pipelines, idle", idlePipelines), "", share, "< 0.05 together")
		return 0, nil
	})
	return err
}

// applyMany plans and applies the pipelines, some at a time.
func (in *installation) applyMany(ctx context.Context) error {
	pipelines := weirv1connect.NewPipelineServiceClient(client(in.token), in.servers[0].addr)
	cfg, err := in.idleConfig()
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i := range idlePipelines {
		name := fmt.Sprintf("idle-%05d", i)
		cfg.Pipelines[0].Name.Text = name
		compiled, diags := compiler.Compile(cfg)
		if diags.HasErrors() {
			return fmt.Errorf("the idle pipeline: %v", diags)
		}
		g.Go(func() error {
			plan, err := pipelines.Plan(ctx, connect.NewRequest(&weirv1.PlanRequest{Pipeline: name, Graph: compiled.Encode()}))
			if err != nil {
				return err
			}
			_, err = pipelines.Apply(ctx, connect.NewRequest(&weirv1.ApplyRequest{Plan: plan.Msg.GetPlan()}))
			return err
		})
	}
	return g.Wait()
}

func (in *installation) idleConfig() (*config.Config, error) {
	dir := filepath.Join(in.dir, "pipeline")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "pipeline.weir.hcl"), []byte(idlePipeline), 0o600); err != nil {
		return nil, err
	}
	cfg, _, diags := lang.Load(dir, config.Inputs{})
	if diags.HasErrors() {
		return nil, fmt.Errorf("the idle pipeline: %v", diags)
	}
	return cfg, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
