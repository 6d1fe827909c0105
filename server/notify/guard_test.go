package notify_test

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/server/notify"
)

// Where notifications go by default, and where an operator lets them.
func TestGuard(t *testing.T) {
	p := newPeer(t, nil)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(p.URL, "http://"))
	for name, c := range map[string]struct {
		allow, only []string
		host        string
		want        string // of the reason; "": it arrives
	}{
		"this machine":                {nil, nil, "127.0.0.1", "--notify-allow"},
		"by name":                     {nil, nil, "localhost", "--notify-allow"},
		"written otherwise":           {nil, nil, "[::ffff:127.0.0.1]", "--notify-allow"},
		"where clouds keep secrets":   {nil, nil, "169.254.169.254", "--notify-allow"},
		"a private network":           {nil, nil, "10.1.2.3", "--notify-allow"},
		"one of IPv6":                 {nil, nil, "[fd00::1]", "--notify-allow"},
		"through a translator":        {nil, nil, "[64:ff9b::7f00:1]", "--notify-allow"},
		"anywhere":                    {nil, nil, "0.0.0.0", "--notify-allow"},
		"a network that is allowed":   {[]string{"127.0.0.0/8"}, nil, "127.0.0.1", ""},
		"an address":                  {[]string{"127.0.0.1"}, nil, "127.0.0.1", ""},
		"a name that is allowed":      {[]string{"LOCALHOST"}, nil, "localhost", ""},
		"another name of the address": {[]string{"localhost"}, nil, "127.0.0.1", "--notify-allow"},
		"none but others":             {[]string{"127.0.0.0/8"}, []string{"hooks.example.com", "*.example.org"}, "127.0.0.1", "--notify-only"},
		"only this":                   {[]string{"127.0.0.0/8"}, []string{"127.0.0.1"}, "127.0.0.1", ""},
		"only this, and private":      {nil, []string{"127.0.0.1"}, "127.0.0.1", "--notify-allow"},
		"what is below a name":        {[]string{"127.0.0.0/8"}, []string{"*.0.0.1"}, "127.0.0.1", ""},
	} {
		guard, err := notify.ParseGuard(c.allow, c.only)
		if err != nil {
			t.Fatal(err)
		}
		n := notifier(t, func(o *notify.Options) { o.Guard = guard })
		got := deliver(t, n, failed("slack", graph.Map{"url": graph.String("http://" + c.host + ":" + port)}))
		if got.OK != (c.want == "") || !strings.Contains(got.Reason, c.want) || !got.OK && !got.Hopeless {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, wrong := range []string{"", "https://example.com", "10.0.0.0/99", "a b"} {
		if _, err := notify.ParseGuard([]string{wrong}, nil); err == nil {
			t.Errorf("%q is allowed", wrong)
		}
	}
}

// A redirect is not followed, so nobody else sees what was meant for one.
func TestRedirectsAreNotFollowed(t *testing.T) {
	other := newPeer(t, nil)
	p := newPeer(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	if got := deliver(t, notifier(t), failed("webhook", hook(p))); got.OK || !got.Hopeless {
		t.Errorf("it came to %+v", got)
	}
	if len(other.got) != 0 {
		t.Errorf("the other host got %+v", other.got)
	}
}
