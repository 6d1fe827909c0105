package graph

import "testing"

func TestAddressParts(t *testing.T) {
	tests := []struct {
		address       Address
		module, local Address
		kind          Kind
		name          string
	}{
		{PipelineAddress, "", "pipeline", KindPipeline, "pipeline"},
		{JobAddress("unit"), "", "job.unit", KindJob, "unit"},
		{JobAddress("unit").Instance("api"), "", `job.unit["api"]`, KindJob, `unit["api"]`},
		{ResourceAddress("git", "app"), "", "resource.git.app", KindResource, "app"},
		{ResourceTypeAddress("slack"), "", "resource_type.slack", KindResourceType, "slack"},
		{JobAddress("unit").In(`module.web["a.b"]`), `module.web["a.b"]`, "job.unit", KindJob, `module.web["a.b"].unit`},
		{JobAddress("unit").In(`module.a.module.b["\"].x"]`), `module.a.module.b["\"].x"]`, "job.unit", KindJob, `module.a.module.b["\"].x"].unit`},
	}
	for _, tt := range tests {
		if a := tt.address; a.Module() != tt.module || a.Local() != tt.local || a.Kind() != tt.kind || a.Name() != tt.name {
			t.Errorf("%s: module %q local %q kind %q name %q", a, a.Module(), a.Local(), a.Kind(), a.Name())
		}
	}
}

func TestInstanceQuotesKeys(t *testing.T) {
	if got, want := JobAddress("j").Instance("a\"b\\\n"), Address(`job.j["a\"b\\\n"]`); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
