package server_test

import (
	"testing"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// history gives a resource versions 1 to 3.
func (w *world) history(address string) {
	w.t.Helper()
	for _, v := range []string{"1", "2", "3"} {
		w.exec(`INSERT INTO versions (scope_id, version, digest, check_order) SELECT r.scope_id, jsonb_build_object('ref', $1::text), $2, $1::bigint
			FROM resources r JOIN objects o ON o.id = r.object_id WHERE o.address = $3 ON CONFLICT DO NOTHING`, v, state.VersionDigest(ref(v)), address)
	}
}

func ref(v string) map[string]string { return map[string]string{"ref": v} }

func TestPin(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	w.history("resource.git.app")
	w.exec("DELETE FROM queue")
	must(w.resources.Pin(t.Context(), connect.NewRequest(&weirv1.PinRequest{Pipeline: "demo", Resource: "app", Version: ref("2"), Comment: "3 is bad"})))(t)
	if keys := w.queue(); len(keys) == 0 || keys[0][:4] != "job/" {
		t.Errorf("queue %v: the jobs are not looked at", keys)
	}
	list := must(w.resources.ListResources(t.Context(), connect.NewRequest(&weirv1.ListResourcesRequest{Pipeline: "demo"})))(t).Msg.Resources
	if p := list[0].Pin; p.GetVersion()["ref"] != "2" || p.Comment != "3 is bad" || p.By == "" || p.At == nil || p.InPipeline {
		t.Errorf("pin %v", p)
	}
	must(w.resources.EnableVersion(t.Context(), connect.NewRequest(&weirv1.EnableVersionRequest{Pipeline: "demo", Resource: "app", Version: ref("3")})))(t)
	versions := must(w.resources.ListVersions(t.Context(), connect.NewRequest(&weirv1.ListVersionsRequest{Pipeline: "demo", Resource: "app"})))(t).Msg.Versions
	if v := versions; !v[0].Disabled || v[0].DisabledBy == "" || v[0].Pinned || v[1].Disabled || !v[1].Pinned || v[2].Pinned {
		t.Errorf("versions %v", v)
	}
	_, err := w.resources.Pin(t.Context(), connect.NewRequest(&weirv1.PinRequest{Pipeline: "demo", Resource: "app", Version: ref("9")}))
	wantCode(t, err, connect.CodeNotFound, "no such version")
	must(w.resources.Unpin(t.Context(), connect.NewRequest(&weirv1.UnpinRequest{Pipeline: "demo", Resource: "app"})))(t)
	list = must(w.resources.ListResources(t.Context(), connect.NewRequest(&weirv1.ListResourcesRequest{Pipeline: "demo"})))(t).Msg.Resources
	if list[0].Pin != nil {
		t.Errorf("pin %v", list[0].Pin)
	}
}

// What the pipeline pins goes before what people pin.
func TestPinInThePipeline(t *testing.T) {
	w := newWorld(t)
	s := demo("demo")
	app := s["resource.git.app"].(graph.Resource)
	app.Pin = ref("1")
	s["resource.git.app"] = app
	w.apply(t, s)
	w.history("resource.git.app")
	_, err := w.resources.Pin(t.Context(), connect.NewRequest(&weirv1.PinRequest{Pipeline: "demo", Resource: "app", Version: ref("2")}))
	wantCode(t, err, connect.CodeFailedPrecondition, "pins resource.git.app itself")
	versions := must(w.resources.ListVersions(t.Context(), connect.NewRequest(&weirv1.ListVersionsRequest{Pipeline: "demo", Resource: "app"})))(t).Msg.Versions
	if !versions[2].Pinned || versions[0].Pinned {
		t.Errorf("versions %v", versions)
	}
}

// The history is forgotten, and looked for anew; not where it is another team's too.
func TestClearVersions(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	w.history("resource.git.app")
	w.exec("DELETE FROM queue")
	clearing := connect.NewRequest(&weirv1.ClearVersionsRequest{Pipeline: "demo", Resource: "app"})
	if res := must(w.resources.ClearVersions(t.Context(), clearing))(t); res.Msg.Cleared != 3 {
		t.Errorf("cleared %d", res.Msg.Cleared)
	}
	if keys := w.queue(); len(keys) != 1 || keys[0][:6] != "scope/" {
		t.Errorf("queue %v", keys)
	}
	if v := must(w.resources.ListVersions(t.Context(), connect.NewRequest(&weirv1.ListVersionsRequest{Pipeline: "demo", Resource: "app"})))(t).Msg.Versions; len(v) > 0 {
		t.Errorf("versions %v", v)
	}
	w.exec("INSERT INTO teams (id, name) VALUES (gen_random_uuid(), 'others')")
	w.exec("UPDATE pipelines SET name = 'theirs', team_id = (SELECT id FROM teams WHERE name = 'others')")
	w.apply(t, demo("demo"))
	_, err := w.resources.ClearVersions(t.Context(), clearing)
	wantCode(t, err, connect.CodeFailedPrecondition, "another team")
}

// Teams whose resources have the same type and source share the checks and the
// versions, and nothing that people of one decided.
func TestTeamsShareVersionsAndNotDecisions(t *testing.T) {
	w := newWorld(t)
	other := w.as("other", state.RoleOwner)
	w.apply(t, demo("demo"))
	other.apply(t, demo("demo"))
	w.history("resource.git.app")
	must(w.resources.Pin(t.Context(), connect.NewRequest(&weirv1.PinRequest{Pipeline: "demo", Resource: "app", Version: ref("1"), Comment: "ours"})))(t)
	must(w.resources.EnableVersion(t.Context(), connect.NewRequest(&weirv1.EnableVersionRequest{Pipeline: "demo", Resource: "app", Version: ref("3")})))(t)
	list := must(other.resources.ListResources(t.Context(), connect.NewRequest(&weirv1.ListResourcesRequest{})))(t).Msg.Resources
	if len(list) != 1 || list[0].Pin != nil || list[0].Versions != 3 {
		t.Errorf("the other team sees %v", list)
	}
	for _, v := range must(other.resources.ListVersions(t.Context(), connect.NewRequest(&weirv1.ListVersionsRequest{Pipeline: "demo", Resource: "app"})))(t).Msg.Versions {
		if v.Pinned || v.Disabled || v.DisabledBy != "" {
			t.Errorf("the other team sees %v", v)
		}
	}
	must(other.resources.Unpin(t.Context(), connect.NewRequest(&weirv1.UnpinRequest{Pipeline: "demo", Resource: "app"})))(t)
	if mine := must(w.resources.ListResources(t.Context(), connect.NewRequest(&weirv1.ListResourcesRequest{})))(t).Msg.Resources; mine[0].Pin == nil {
		t.Error("the other team unpinned it")
	}
}
