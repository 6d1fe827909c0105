package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/cmd/internal/wire"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

const historyDays = 24 * time.Hour

// retentionFlags are what a server keeps of what was.
type retentionFlags struct {
	wire.Retention
	history  int
	audit    int
	archived int
}

func (r *retentionFlags) add(f *pflag.FlagSet) {
	r.Retention = wire.DefaultRetention()
	def, most := &r.Builds.Default, &r.Builds.Most
	f.IntVar(&def.Builds, "keep-builds", def.Builds, "newest builds of a job whose steps and logs are kept, where job and team say nothing; with --keep-days, what either keeps stays; both 0: all")
	f.IntVar(&def.Days, "keep-days", def.Days, "and those that ended so many days ago at most")
	f.IntVar(&def.Succeeded, "keep-succeeded", def.Succeeded, "and the newest that succeeded, however old")
	f.IntVar(&most.Builds, "max-keep-builds", most.Builds, "what jobs and teams may ask for at most; 0: any number")
	f.IntVar(&most.Days, "max-keep-days", most.Days, "likewise")
	f.IntVar(&r.history, "keep-history-days", int(r.Builds.History/historyDays), "days that the rest of a build stays, its inputs and outputs; 0: for ever")
	f.IntVar(&r.audit, "keep-audit-days", 0, "days that events of the audit stay; 0: for ever")
	f.DurationVar(&r.Keep.Failed, "keep-failed", r.Keep.Failed, "how long workers keep the artifacts of a job's newest build that did not succeed; a newer build ends it")
	f.DurationVar(&r.Keep.Container, "keep-containers", r.Keep.Container, "how long the containers of a job's newest build that did not succeed can be entered (weir intercept); a newer build ends it; 0: none is kept")
	f.IntVar(&r.Keep.Containers, "max-keep-containers", r.Keep.Containers, "such containers at most on a worker: the newest")
	f.DurationVar(&r.Keep.Cache, "keep-caches", r.Keep.Cache, "how long workers keep a cache that nothing uses")
	up := &r.Upkeep
	f.IntVar(&up.Versions.Newest, "keep-versions", up.Versions.Newest, "newest versions of a resource that are kept; with --keep-version-days, what either keeps stays, and whatever builds, pins and jobs need; both 0: all")
	f.IntVar(&up.Versions.Days, "keep-version-days", up.Versions.Days, "and those that were found, fetched or made so many days ago at most")
	f.DurationVar(&up.Scopes, "keep-unused", up.Scopes, "how long versions stay that no resource has any more")
	f.IntVar(&up.Revisions, "keep-revisions", up.Revisions, "newest revisions of a pipeline that are kept; those that builds ran stay as long as the builds")
	f.IntVar(&r.archived, "keep-archived-days", 0, "days after which archived pipelines are destroyed; 0: never")
	f.DurationVar(&r.Every, "retention-every", r.Every, "between two looks at the builds of all jobs")
}

func (r *retentionFlags) retention() (wire.Retention, error) {
	for name, n := range map[string]int{
		"--keep-builds": r.Builds.Default.Builds, "--keep-days": r.Builds.Default.Days, "--keep-succeeded": r.Builds.Default.Succeeded,
		"--max-keep-builds": r.Builds.Most.Builds, "--max-keep-days": r.Builds.Most.Days, "--keep-history-days": r.history, "--keep-audit-days": r.audit,
		"--keep-versions": r.Upkeep.Versions.Newest, "--keep-version-days": r.Upkeep.Versions.Days, "--keep-archived-days": r.archived,
	} {
		if n < 0 {
			return r.Retention, problemf("%s is %d: it cannot be less than 0.", name, n)
		}
	}
	if r.Keep.Failed < 0 || r.Keep.Cache < time.Hour {
		return r.Retention, problemf("--keep-failed is %s and --keep-caches %s: the one cannot be less than 0, the other than an hour.", r.Keep.Failed, r.Keep.Cache)
	}
	if r.Keep.Container < 0 || r.Keep.Containers < 0 {
		return r.Retention, problemf("--keep-containers is %s and --max-keep-containers %d: neither can be less than 0.", r.Keep.Container, r.Keep.Containers)
	}
	if r.Upkeep.Scopes < 0 || r.Upkeep.Revisions < 1 {
		return r.Retention, problemf("--keep-unused is %s and --keep-revisions %d: the one cannot be less than 0, the other than 1.", r.Upkeep.Scopes, r.Upkeep.Revisions)
	}
	if r.Every < time.Second {
		return r.Retention, problemf("--retention-every is %s: a second is the least.", r.Every)
	}
	r.Builds.History = time.Duration(r.history) * historyDays
	r.Upkeep.Archived = time.Duration(r.archived) * historyDays
	r.Audit = time.Duration(r.audit) * historyDays
	return r.Retention, nil
}

// teamRetention is a team's own rule, as it is set.
type teamRetention struct {
	builds, days, succeeded int64
	reset                   bool
}

func (a *App) retentionCommand() *cobra.Command {
	var database string
	var t teamRetention
	cmd := &cobra.Command{
		Use:   "retention",
		Short: "Show or set what is kept of the builds of a team, on the database (for operators)",
		Long: `Show or set what is kept of the builds of a team (--team, default main), on the
database: for its jobs that have no retention of their own. What any of the three
keeps stays. Without a rule it is the server's (weir server --keep-builds …).`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			set := cmd.Flags().Changed("builds") || cmd.Flags().Changed("days") || cmd.Flags().Changed("minimum-succeeded")
			if set && t.reset {
				return problem("--reset takes the team's rule away: say either it or a rule.")
			}
			return a.withStore(cmd.Context(), database, func(s *postgres.Store) error { return a.retention(cmd.Context(), s, t, set) })
		},
	}
	a.databaseFlag(cmd, &database)
	cmd.Flags().Int64Var(&t.builds, "builds", 0, "the newest builds of each job; with --days 0: all")
	cmd.Flags().Int64Var(&t.days, "days", 0, "those that ended so many days ago at most")
	cmd.Flags().Int64Var(&t.succeeded, "minimum-succeeded", 0, "the newest that succeeded, however old")
	cmd.Flags().BoolVar(&t.reset, "reset", false, "back to the server's rule")
	return cmd
}

func (a *App) retention(ctx context.Context, s *postgres.Store, t teamRetention, set bool) error {
	team := a.operatorTeam()
	var err error
	if set {
		if t.builds < 0 || t.days < 0 || t.succeeded < 0 {
			return problem("a rule has no number below 0.")
		}
		err = s.SetTeamRetention(ctx, team, &graph.Retention{Builds: t.builds, Days: t.days, MinimumSucceeded: t.succeeded})
	} else if t.reset {
		err = s.SetTeamRetention(ctx, team, nil)
	}
	var rule *graph.Retention
	if err == nil {
		rule, err = s.TeamRetention(ctx, team)
	}
	if errors.Is(err, state.ErrNotFound) {
		return problemf("there is no team %q.", team)
	}
	if err != nil {
		return err
	}
	return a.showRetention(team, rule)
}

func (a *App) showRetention(team string, rule *graph.Retention) error {
	if a.global.json {
		out := map[string]any{"team": team, "retention": nil}
		if rule != nil {
			out["retention"] = map[string]int64{"builds": rule.Builds, "days": rule.Days, "minimum_succeeded": rule.MinimumSucceeded}
		}
		return view.WriteValue(a.Out, out)
	}
	switch {
	case rule == nil:
		fmt.Fprintf(a.Out, "Team %s has no rule of its own: the server's holds.\n", team)
	case rule.Builds == 0 && rule.Days == 0:
		fmt.Fprintf(a.Out, "Team %s keeps all builds.\n", team)
	default:
		fmt.Fprintf(a.Out, "Team %s keeps of each job: builds %d, days %d, minimum_succeeded %d.\n", team, rule.Builds, rule.Days, rule.MinimumSucceeded)
	}
	return nil
}
