package notify_test

import (
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

func TestSlack(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*state.Delivery)
		want   string
	}{
		"what broke": {func(*state.Delivery) {}, "<https://weir.example.com/teams/main/pipelines/shop/jobs/unit/builds/14|shop/unit #14 failed: it succeeded before>\nstep test: exit code 1"},
		"what is fixed": {func(d *state.Delivery) {
			d.Status, d.Change, d.Previous, d.Message = "succeeded", "fixed", "failed", ""
		},
			"<https://weir.example.com/teams/main/pipelines/shop/jobs/unit/builds/14|shop/unit #14 succeeded again: it is fixed>"},
		"what means something to Slack": {func(d *state.Delivery) { d.Change, d.Message = "", "a < b & <!channel>" },
			"<https://weir.example.com/teams/main/pipelines/shop/jobs/unit/builds/14|shop/unit #14 failed>\na &lt; b &amp; &lt;!channel&gt;"},
		"a template": {func(d *state.Delivery) {
			d.Config["text"] = graph.Deferred{Source: "${upper(event.status)} ${build.pipeline}/${build.job} was ${event.previous}", Refs: []string{"build.job", "build.pipeline", "event.previous", "event.status"}}
		}, "FAILED shop/unit was succeeded"},
	} {
		p := newPeer(t, nil)
		d := failed("slack", graph.Map{"url": graph.String(p.URL)})
		c.change(&d)
		arrives(t, notifier(t), d)
		if got := p.only(t).json(t); len(got) != 1 || got["text"] != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
