package cli

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/wire"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/compiler/policy"
	"github.com/weirci/weir/lang/diag"
)

// policyFlags name directories of policies.
type policyFlags struct{ dirs []string }

func (f *policyFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.dirs, "policy", nil, "directory of policies to judge by; may be given several times")
	_ = cmd.MarkFlagDirname("policy") // fails only for a flag that is not there
}

// policies are those of the flags and those that the pipeline names itself.
func (f *policyFlags) policies(c compiled) ([]policy.Policy, error) {
	dirs := append([]string(nil), f.dirs...)
	for _, d := range c.settings.Policies {
		dir := d.Text
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(c.dir, dir)
		}
		dirs = append(dirs, dir)
	}
	var all []policy.Policy
	seen := map[string]bool{}
	for _, dir := range dirs {
		if dir = filepath.Clean(dir); seen[dir] {
			continue
		}
		seen[dir] = true
		found, err := policy.Read(dir)
		if err != nil {
			return nil, problem(err.Error() + ".")
		}
		all = append(all, found...)
	}
	return all, policy.Check(all)
}

// judge says what the policies find in a pipeline that compiles.
func (a *App) judge(ctx context.Context, f policyFlags, c compiled) (findings, error) {
	all, err := f.policies(c)
	if err != nil || len(all) == 0 {
		return findings{}, err
	}
	judge, err := wire.Judge(1)
	if err != nil {
		return findings{}, err
	}
	verdict, err := judge.Judge(ctx, all, c.graph)
	if err != nil {
		return findings{}, err
	}
	return fromHere(verdict.Diagnose(all, c.raw, c.where), c.raw), nil
}

// where is the place of a node or of one of its steps.
func (c compiled) where(node graph.Address, step int) diag.Range {
	at := c.origins[node]
	if step >= 0 && step < len(at.Steps) {
		return at.Steps[step].Range
	}
	return at.Range
}

// compileAndJudge is compile that lets the policies have their say: what they
// deny is not planned. Exit code 1 says that it was told.
func (a *App) compileAndJudge(ctx context.Context, f planFlags, dir string) (*graph.Graph, error) {
	c, err := a.inspect(f.source, dir)
	if err != nil {
		return nil, err
	}
	if c.graph != nil {
		judged, err := a.judge(ctx, f.policies, c)
		if err != nil {
			return nil, err
		}
		c.list.Append(judged.list...)
	}
	if err := a.report(a.Err, c.findings); err != nil {
		return nil, err
	}
	if c.graph != nil && c.list.HasErrors() {
		return nil, exitCode(1)
	}
	return c.graph, c.exit()
}
