package wire

import (
	"fmt"
	"time"

	"github.com/weirci/weir/server"
	"github.com/weirci/weir/server/notify"
)

// NotifyConfig says where a server sends notifications, and who takes its e-mail.
type NotifyConfig struct {
	Allow, Only    []string
	Private        bool   // to any address: of a server that only its own user reaches
	SMTP           string // "": no e-mail
	From, Password string
}

func (c ServerConfig) notifier(secrets notify.Secrets) (*notify.Notifier, error) {
	n := c.Notify
	guard, err := notify.ParseGuard(n.Allow, n.Only)
	if err != nil {
		return nil, fmt.Errorf("--notify-allow: %w", err)
	}
	guard.Private = n.Private
	o := notify.Options{Secrets: secrets, Now: time.Now, ExternalURL: c.ExternalURL, Version: c.Version, Guard: guard, Log: c.Log}
	if n.SMTP != "" {
		if o.SMTP, err = notify.ParseSMTP(n.SMTP, n.From, n.Password); err != nil {
			return nil, fmt.Errorf("--smtp: %w", err)
		}
	}
	return notify.New(o), nil
}

// sent is what the metrics tell of a notifier.
func sent(n *notify.Notifier) func() []server.NotificationCount {
	return func() []server.NotificationCount {
		var out []server.NotificationCount
		for _, c := range n.Counts() {
			out = append(out, server.NotificationCount(c))
		}
		return out
	}
}
