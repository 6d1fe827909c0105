package cli

import (
	"github.com/spf13/pflag"

	"github.com/weirci/weir/cmd/internal/wire"
)

// notifyFlags are where an operator lets notifications go.
type notifyFlags struct{ c wire.NotifyConfig }

func (n *notifyFlags) add(f *pflag.FlagSet) {
	f.StringSliceVar(&n.c.Allow, "notify-allow", nil, "networks, addresses and hosts that notifications may be sent to though not everybody reaches them: 10.0.0.0/8, chat.internal, *.example.internal (repeatable)")
	f.StringSliceVar(&n.c.Only, "notify-only", nil, "hosts that notifications may be sent to; without it all whose addresses everybody reaches (repeatable)")
	n.mail(f)
}

func (n *notifyFlags) mail(f *pflag.FlagSet) {
	f.StringVar(&n.c.SMTP, "smtp", "", "relay for e-mail: smtp://USER@HOST:587 (STARTTLS) or smtps://USER@HOST:465; its password is in WEIR_SMTP_PASSWORD")
	f.StringVar(&n.c.From, "smtp-from", "", "sender of e-mail: \"Weir <weir@example.com>\"")
}

// config is what was said; private: notifications go anywhere.
func (n *notifyFlags) config(a *App, private bool) wire.NotifyConfig {
	n.c.Password, n.c.Private = a.Getenv("WEIR_SMTP_PASSWORD"), private
	return n.c
}
