package notify

import (
	"context"
	"net/http"
	"strings"
)

// slack posts to an incoming webhook, of Slack or of what takes the same.
type slack struct{ post *poster }

func (s slack) send(ctx context.Context, m message) error {
	to, err := m.need("url")
	if err != nil {
		return err
	}
	text, err := m.text("text", slackText(m))
	if err != nil {
		return err
	}
	body, err := marshal(map[string]string{"text": text})
	if err != nil {
		return err
	}
	_, err = s.post.do(ctx, request{http.MethodPost, to, nil, body})
	return err
}

// slackText is what is said unless the pipeline says it itself.
func slackText(m message) string {
	line := slackEscape.Replace(m.title())
	if !m.d.Test && m.url != "" {
		line = "<" + m.url + "|" + line + ">"
	}
	if more := m.body(); more != "" {
		line += "\n" + slackEscape.Replace(more)
	}
	return line
}

// slackEscape writes what means something to Slack. Read only.
var slackEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "¦")
