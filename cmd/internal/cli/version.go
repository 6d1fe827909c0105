package cli

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

// version is set by the linker: -X …/cli.version=v1.2.3.
var version = "dev"

// Version is that of this program.
func Version() string { return version }

func (a *App) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program, and of the server if one answers",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			server := a.serverVersion(cmd.Context())
			if a.global.json {
				return view.WriteValue(a.Out, map[string]string{
					"version": version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH, "server": server,
				})
			}
			fmt.Fprintf(a.Out, "weir %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			if server != "" {
				fmt.Fprintf(a.Out, "server %s\n", server)
			}
			return nil
		},
	}
}

// serverVersion asks the server, if there is one; it is not worth an error.
func (a *App) serverVersion(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	c, err := a.dial(ctx)
	if err != nil {
		return ""
	}
	res, err := c.admin.ServerInfo(ctx, connect.NewRequest(&weirv1.ServerInfoRequest{}))
	if err != nil {
		return ""
	}
	return res.Msg.Version
}
