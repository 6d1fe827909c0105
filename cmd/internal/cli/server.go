package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/wire"
)

func (a *App) serverCommand() *cobra.Command {
	var c wire.ServerConfig
	var secrets secretFlags
	var keep retentionFlags
	var placement placementFlags
	var notify notifyFlags
	cmd := &cobra.Command{
		Use:   "server",
		Short: "Run a server: the API and the reconciler on a PostgreSQL",
		Long: `Run a server: the API and the reconciler on a PostgreSQL. Any number of servers may
share one database. It wants TLS everywhere but on loopback.`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if c.Secrets, err = secrets.access(); err != nil {
				return err
			}
			if c.Retention, err = keep.retention(); err != nil {
				return err
			}
			if c.Placement, err = placement.chains(); err != nil {
				return err
			}
			c.Notify = notify.config(a, false)
			return a.server(cmd.Context(), c)
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Database, "database", a.Getenv("WEIR_DATABASE"), "PostgreSQL connection string (WEIR_DATABASE)")
	f.StringVar(&c.Direct, "database-direct", a.Getenv("WEIR_DATABASE_DIRECT"), "the same database past a pooler such as PgBouncer, for what needs a session (WEIR_DATABASE_DIRECT)")
	f.StringVar(&c.Listen, "listen", a.listenDefault(), "address to serve at (WEIR_LISTEN)")
	f.StringVar(&c.TLSCert, "tls-cert", "", "certificate, PEM file")
	f.StringVar(&c.TLSKey, "tls-key", "", "its key, PEM file")
	f.StringVar(&c.ExternalURL, "external-url", "", "address at which people and workers reach it")
	f.StringVar(&c.Advertise, "advertise", "", "URL at which workers reach this server and no other, where several share an address; for weir intercept")
	f.BoolVar(&c.Insecure, "insecure-http", false, "serve beyond this machine without TLS: tokens cross the network in the clear")
	f.BoolVar(&c.Migrate, "migrate", false, "bring the database's schema up to date first")
	f.Float64Var(&c.Checks.Server, "checks-per-second", 500, "checks that this server starts in a second at most; -1: no limit")
	f.Float64Var(&c.Checks.Host, "checks-per-host", 25, "and those of them that ask one host; -1: no limit")
	f.StringVar(&c.LogStore, "log-store", a.Getenv("WEIR_LOG_STORE"), "where the logs of builds that have ended are kept: s3://BUCKET/PREFIX?endpoint=URL&region=NAME, by default the database (WEIR_LOG_STORE)")
	secrets.add(f)
	keep.add(f)
	placement.add(f)
	notify.add(f)
	return cmd
}

func (a *App) server(ctx context.Context, c wire.ServerConfig) error {
	log, err := wire.NewLog(a.Err, a.Getenv("WEIR_LOG"), a.global.noColor || a.Getenv("NO_COLOR") != "")
	if err != nil {
		return err
	}
	if c.Database == "" {
		return errNoDatabase
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return problem("--tls-cert and --tls-key go together.")
	}
	c.Log, c.Version = log, version
	s, err := wire.NewServer(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Run(ctx)
}

var errNoDatabase = problem("which database?", "Name it with --database or WEIR_DATABASE: postgres://user@host/database")
