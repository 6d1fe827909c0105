package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	policy "github.com/weirci/weir/reconciler/notify"
)

const (
	mostAnswer = 64 << 10 // of an answer that is read
	mostQuoted = 200      // of it that people are told
)

// poster makes requests.
type poster struct {
	client *http.Client
	agent  string
	now    func() time.Time
}

func newPoster(o Options) *poster {
	t := &http.Transport{
		DialContext: o.Guard.dial, TLSHandshakeTimeout: 5 * time.Second, ForceAttemptHTTP2: true,
		MaxIdleConns: 64, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: mostAnswer,
	}
	return &poster{&http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, "weir/" + o.Version, o.Now}
}

// request is one request, with JSON unless body is nil.
type request struct {
	method, url string
	header      http.Header
	body        []byte
}

// do makes a request. An answer that is not 2xx is an error that says what to make
// of it.
func (p *poster) do(ctx context.Context, r request) ([]byte, error) {
	u, err := url.Parse(strings.TrimSpace(r.url))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, hopeless("the address to send to is no URL that begins with https:// or http://")
	}
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, hopeless("the address to send to is no URL")
	}
	for k, v := range r.header {
		req.Header[k] = v
	}
	req.Header.Set("User-Agent", p.agent)
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := p.client.Do(req)
	if err != nil {
		return nil, unreachable(u, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer))
	if res.StatusCode/100 != 2 {
		return answer, p.refused(u, res, answer)
	}
	if err != nil { // it said that it has it
		return nil, nil
	}
	return answer, nil
}

// unreachable is an error without the URL, which may hold a secret.
func unreachable(u *url.URL, err error) error {
	if e, ok := notAllowed(err); ok {
		return hopeless("%w", e)
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("it closed the connection without an answer")
	}
	return fmt.Errorf("%s: %w", u.Hostname(), err)
}

func (p *poster) refused(u *url.URL, res *http.Response, answer []byte) error {
	said := res.Status
	if text := brief(string(answer), mostQuoted); text != "" {
		said += ": " + text
	}
	e := &answered{code: res.StatusCode, refusal: refusal{
		error:    fmt.Errorf("%s answered %s", u.Hostname(), said),
		hopeless: policy.Hopeless(res.StatusCode), after: p.after(res.Header),
	}}
	switch to, err := res.Location(); {
	case res.StatusCode/100 == 3 && err == nil:
		e.error = fmt.Errorf("%s answered with a redirect to %s, which is not followed: write the address that is meant", u.Hostname(), to.Hostname())
	case res.StatusCode == http.StatusForbidden && (e.after > 0 || res.Header.Get("X-Ratelimit-Remaining") == "0"):
		e.hopeless = false // what GitHub says to who asks too often
	}
	return e
}

// answered is a refusal with the status of the answer.
type answered struct {
	refusal
	code int
}

func (a *answered) Unwrap() error { return &a.refusal }

// after is how long the other side wants to be left alone.
func (p *poster) after(h http.Header) time.Duration {
	said := h.Get("Retry-After")
	if n, err := strconv.ParseInt(said, 10, 64); err == nil && n > 0 {
		return time.Duration(min(n, math.MaxInt32)) * time.Second
	}
	if at, err := http.ParseTime(said); err == nil {
		return max(at.Sub(p.now()), 0)
	}
	if h.Get("X-Ratelimit-Remaining") == "0" {
		if n, err := strconv.ParseInt(h.Get("X-Ratelimit-Reset"), 10, 64); err == nil {
			return min(max(time.Unix(n, 0).Sub(p.now()), 0), 24*time.Hour)
		}
	}
	return 0
}
