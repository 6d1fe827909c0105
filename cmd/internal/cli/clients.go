package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"os"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/api/weir/v1/weirv1connect"
	"github.com/weirci/weir/cmd/internal/target"
)

// clients are the services of the server that a command is for.
type clients struct {
	pipelines weirv1connect.PipelineServiceClient
	builds    weirv1connect.BuildServiceClient
	resources weirv1connect.ResourceServiceClient
	admin     weirv1connect.AdminServiceClient
	why       weirv1connect.ExplainServiceClient
	notified  weirv1connect.NotificationServiceClient
	bearer    bearer
}

// wrap says of a stream's error whose it is; calls do so by themselves.
func (c *clients) wrap(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	return c.bearer.failed(ctx, err)
}

// dial makes the clients of the chosen target. It calls nobody, unless a team
// was asked for: then it makes sure that the token is of that team.
func (a *App) dial(ctx context.Context) (*clients, error) {
	choice, err := a.chooseTarget()
	if err != nil {
		return nil, err
	}
	transport, err := httpClient(choice)
	if err != nil {
		return nil, err
	}
	opts := []connect.ClientOption{
		connect.WithInterceptors(bearer{choice}),
	}
	c := &clients{
		bearer:    bearer{choice},
		pipelines: weirv1connect.NewPipelineServiceClient(transport, choice.Server, opts...),
		builds:    weirv1connect.NewBuildServiceClient(transport, choice.Server, opts...),
		resources: weirv1connect.NewResourceServiceClient(transport, choice.Server, opts...),
		admin:     weirv1connect.NewAdminServiceClient(transport, choice.Server, opts...),
		why:       weirv1connect.NewExplainServiceClient(transport, choice.Server, opts...),
		notified:  weirv1connect.NewNotificationServiceClient(transport, choice.Server, opts...),
	}
	return c, a.checkTeam(ctx, c, choice)
}

func (a *App) chooseTarget() (target.Choice, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return target.Choice{}, err
	}
	g := a.global
	choice, err := target.Choose(target.Wish{Server: g.server, Token: g.token, Team: g.team, Name: g.target}, a.Getenv, cwd)
	if err != nil {
		return choice, err
	}
	if choice.Server == "" {
		return choice, problem("no server is known.",
			"Start one on this machine with `weir dev`, or name one with --server, WEIR_SERVER,",
			"or `weir target set NAME --server URL --token TOKEN`.")
	}
	u, err := url.Parse(choice.Server)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return choice, problem(fmt.Sprintf("%q (%s) is not the address of a server: it looks like https://weir.example:8420", choice.Server, choice.From))
	}
	return choice, nil
}

// checkTeam refuses to work in another team than the one that was asked for.
func (a *App) checkTeam(ctx context.Context, c *clients, choice target.Choice) error {
	asked := a.global.team
	if asked == "" {
		asked = a.Getenv("WEIR_TEAM")
	}
	if asked == "" {
		return nil
	}
	info, err := c.admin.ServerInfo(ctx, connect.NewRequest(&weirv1.ServerInfoRequest{}))
	if err != nil {
		return err
	}
	if info.Msg.Team != asked {
		return problem(fmt.Sprintf("the token (%s) is of team %s, not of team %s.", choice.From, info.Msg.Team, asked),
			"Use a token of that team: --token, WEIR_TOKEN or --target.")
	}
	return nil
}

func httpClient(choice target.Choice) (*http.Client, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	if choice.CACert != "" {
		pem, err := os.ReadFile(choice.CACert)
		if err != nil {
			return nil, fmt.Errorf("the certificate of %s: %w", choice.From, err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, problemf("%s holds no certificate in PEM form", choice.CACert)
		}
		t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{Transport: t}, nil
}

// bearer shows the token in every call, and says in every error whose it is.
type bearer struct{ choice target.Choice }

func (b bearer) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		b.sign(req.Header())
		res, err := next(ctx, req)
		if err != nil {
			return nil, b.failed(ctx, err)
		}
		return res, nil
	}
}

func (b bearer) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, spec)
		b.sign(conn.RequestHeader())
		return conn
	}
}

func (b bearer) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}

func (b bearer) sign(h http.Header) {
	if b.choice.Token != "" {
		h.Set("Authorization", "Bearer "+b.choice.Token)
	}
}

func (b bearer) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &serverError{server: b.choice.Server, from: b.choice.From, err: err}
}
