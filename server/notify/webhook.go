package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/weirci/weir/compiler/graph"
)

// bodyVersion is that of the body's shape: it grows with what would break who reads
// it, and not with new fields.
const bodyVersion = 1

// webhook posts JSON that is signed.
type webhook struct {
	post *poster
	now  func() time.Time
}

// hookBody is what a webhook gets.
type hookBody struct {
	Version  int             `json:"version"`
	ID       string          `json:"id"`
	Team     string          `json:"team"`
	Pipeline string          `json:"pipeline"`
	Address  string          `json:"address"`
	Event    hookEvent       `json:"event"`
	Build    *hookBuild      `json:"build,omitempty"`
	Data     json.RawMessage `json:"data,omitempty"`
}

type hookEvent struct {
	Status   string    `json:"status"`
	Change   string    `json:"change,omitempty"`
	Previous string    `json:"previous,omitempty"`
	Message  string    `json:"message,omitempty"`
	At       time.Time `json:"at"`
}

type hookBuild struct {
	ID        string                       `json:"id"`
	Job       string                       `json:"job"`
	Number    int64                        `json:"number"`
	URL       string                       `json:"url"`
	CreatedBy string                       `json:"created_by,omitempty"`
	StartedAt *time.Time                   `json:"started_at,omitempty"`
	EndedAt   *time.Time                   `json:"ended_at,omitempty"`
	Inputs    map[string]map[string]string `json:"inputs"`
}

func (w webhook) send(ctx context.Context, m message) error {
	to, err := m.need("url")
	if err != nil {
		return err
	}
	key, err := m.need("secret")
	if err != nil {
		return err
	}
	body, err := hookJSON(m)
	if err != nil {
		return err
	}
	header, err := m.headers()
	if err != nil {
		return err
	}
	at := strconv.FormatInt(w.now().Unix(), 10)
	header.Set("X-Weir-Delivery", m.d.ID)
	header.Set("X-Weir-Event", m.d.Status)
	header.Set("X-Weir-Timestamp", at)
	header.Set("X-Weir-Signature", "sha256="+Sign(key, at, body))
	_, err = w.post.do(ctx, request{http.MethodPost, to, header, body})
	return err
}

// Sign is the signature of a body that was sent at a time, in seconds since 1970.
func Sign(key, at string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(at + "."))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func hookJSON(m message) ([]byte, error) {
	out := hookBody{
		Version: bodyVersion, ID: m.d.ID, Team: m.d.Team, Pipeline: m.d.Pipeline, Address: m.d.Address,
		Event: hookEvent{m.d.Status, m.d.Change, m.d.Previous, m.d.Message, m.d.At.UTC()},
	}
	if !m.d.Test {
		b := m.d.Build
		out.Build = &hookBuild{ID: b.ID, Job: m.job(), Number: b.Number, URL: m.url, CreatedBy: b.CreatedBy, StartedAt: utc(b.Started), EndedAt: utc(b.Ended), Inputs: map[string]map[string]string{}}
		for _, in := range b.Inputs {
			out.Build.Inputs[in.Name] = in.Version
		}
	}
	if v, ok := m.config["data"]; ok {
		data, err := marshal(graph.ValueJSON(v))
		if err != nil {
			return nil, err
		}
		out.Data = data
	}
	return marshal(out)
}

func utc(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// headers are those that the config adds. Weir's own and those of the connection
// are not for it to set.
func (m message) headers() (http.Header, error) {
	out := http.Header{}
	more, ok := m.config["headers"].(graph.Map)
	if _, there := m.config["headers"]; there && !ok {
		return nil, hopeless("config.headers is no object")
	}
	for k, v := range more {
		text, ok := v.(graph.String)
		name := http.CanonicalHeaderKey(k)
		switch {
		case !ok:
			return nil, hopeless("config.headers.%s is no string", k)
		case strings.HasPrefix(name, "X-Weir-"), name == "Host", name == "Content-Length", name == "Content-Type", name == "Transfer-Encoding", name == "Connection":
			return nil, hopeless("config.headers.%s is set by Weir itself", k)
		case strings.ContainsAny(string(text), "\r\n\x00") || strings.ContainsAny(k, " \r\n\x00:"):
			return nil, hopeless("config.headers has something that is no header")
		}
		out.Set(name, string(text))
	}
	return out, nil
}
