package graph

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func app() Resource {
	return Resource{Type: "git", Source: Map{"uri": String("https://git.example.com/app.git"), "depth": Number("1")}}
}

func unit() Job {
	return Job{Steps: []Step{
		{Name: "app", Body: Get{Resource: "resource.git.app", Trigger: true}},
		{Name: "test", Body: Task{Image: "docker.io/library/golang:1.26", Inputs: []string{"app"}, Run: []string{"go", "test", "./..."}}},
	}}
}

func build(t testing.TB, specs map[Address]Spec) *Graph {
	t.Helper()
	b := NewBuilder(Header{})
	for a, s := range specs {
		if err := b.Add(a, s, Meta{File: "pipeline.weir.hcl", Line: 1}); err != nil {
			t.Fatal(err)
		}
	}
	g, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func small(t testing.TB) *Graph {
	return build(t, map[Address]Spec{
		PipelineAddress:    Pipeline{Name: "hello", Team: "main"},
		"resource.git.app": app(),
		"job.unit":         unit(),
	})
}

// The vectors pin the canonical form: a change here changes every digest that
// anyone has stored, and needs a new format.
func TestGoldenVectors(t *testing.T) {
	tests := []struct {
		name string
		spec Spec
		hex  string
	}{
		{"nothing is absent", Job{}, "a0"},
		{"keys by length, then bytes", Pipeline{Name: "a", Team: "b"}, "a2646e616d656161647465616d6162"},
		{"a fraction is a tag", Resource{Source: Map{"x": Number("-1.5")}}, "a166736f75726365a16178c482202e"},
		{"an absent value and null are two things", Job{Params: []Param{{Name: "a"}, {Name: "b", Default: Null{}}}}, "a166706172616d7382a1646e616d656161a2646e616d6561626764656661756c74f6"},
		{"sets are sorted", Job{SerialGroups: []string{"b", "a", "b"}}, "a16d73657269616c5f67726f757073826161" + "6162"},
	}
	for _, tt := range tests {
		if got := hex.EncodeToString(EncodeSpec(tt.spec)); got != tt.hex {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.hex)
		}
	}
	if got, want := small(t).Digest(), Digest("sha256:edc0d81fb3d02f4b83d6233aa08f9bd839e505b2434b1757442012c2bb84c7a8"); got != want {
		t.Errorf("the digest of the small graph is %s, want %s", got, want)
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		job := genJob(t)
		data := EncodeSpec(job)
		back, err := DecodeSpec(KindJob, data)
		if err != nil {
			t.Fatalf("decoding %x: %v", data, err)
		}
		if !bytes.Equal(EncodeSpec(back), data) {
			t.Fatal("encoding again gives other bytes")
		}
	})
}

func TestGraphRoundTrip(t *testing.T) {
	g := small(t)
	back, err := Decode(g.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if back.Digest() != g.Digest() || back.Text() != g.Text() {
		t.Errorf("got\n%s\nwant\n%s", back.Text(), g.Text())
	}
}

// Whatever comes from outside gives an error or a graph, never a panic.
func TestDecodeSurvivesDamage(t *testing.T) {
	good := small(t).Encode()
	rapid.Check(t, func(t *rapid.T) {
		data := bytes.Clone(good)
		for range rapid.IntRange(1, 4).Draw(t, "damages") {
			data[rapid.IntRange(0, len(data)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		data = data[:rapid.IntRange(0, len(data)).Draw(t, "length")]
		if g, err := Decode(data); err == nil && !bytes.Equal(g.Encode(), data) {
			t.Fatal("decoded bytes that are not canonical")
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(small(f).Encode())
	f.Add([]byte{0x84})
	f.Fuzz(func(t *testing.T, data []byte) {
		if g, err := Decode(data); err == nil && !bytes.Equal(g.Encode(), data) {
			t.Fatal("decoded bytes that are not canonical")
		}
	})
}

// Each field of each spec, by its class, moves the digests that it should and
// no other.
func TestEveryFieldMovesItsDigests(t *testing.T) {
	for typ, l := range layouts() {
		if typ == reflect.TypeFor[Meta]() || typ == reflect.TypeFor[Header]() {
			continue
		}
		for _, f := range l {
			t.Run(fmt.Sprintf("%s.%s", typ.Name(), f.name), func(t *testing.T) {
				v := reflect.New(typ).Elem()
				fill(v.Field(f.index))
				specBefore, execBefore := encodeMasked(reflect.New(typ).Elem())
				specAfter, execAfter := encodeMasked(v)
				if got, want := !bytes.Equal(specBefore, specAfter), f.class != classMeta; got != want {
					t.Errorf("spec digest moves: %v, want %v", got, want)
				}
				if got, want := !bytes.Equal(execBefore, execAfter), f.class == classExec; got != want {
					t.Errorf("exec digest moves: %v, want %v", got, want)
				}
			})
		}
	}
}

func encodeMasked(v reflect.Value) (spec, exec []byte) {
	s, e := encoder{mask: maskSpec}, encoder{mask: maskExec}
	s.value(v, false)
	e.value(v, false)
	return s.dst, e.dst
}

// fill gives a field, and what is below it, a value that says something.
func fill(v reflect.Value) {
	switch x := v.Addr().Interface().(type) {
	case *Map:
		*x = Map{"k": String("v")}
		return
	case *Value:
		*x = Deferred{Source: "${build.id}", Refs: []string{"build.id"}}
		return
	case *Body:
		*x = Do{}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Int64:
		v.SetInt(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"k": "v"}))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		if v.Index(0).Kind() == reflect.String {
			fill(v.Index(0))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	}
}

func TestExecDigestFollowsWhatIsUsed(t *testing.T) {
	before := small(t)
	changed := app()
	changed.Source["branch"] = String("next")
	after := build(t, map[Address]Spec{PipelineAddress: Pipeline{Name: "hello", Team: "main"}, "resource.git.app": changed, "job.unit": unit()})
	a, _ := before.Lookup("job.unit")
	b, _ := after.Lookup("job.unit")
	if a.SpecDigest != b.SpecDigest || a.ExecDigest == b.ExecDigest {
		t.Error("a change upstream should move the exec digest and leave the spec digest")
	}
}

func TestBuilderRefuses(t *testing.T) {
	deep := Value(String("x"))
	for range 3 {
		deep = List{deep}
	}
	tests := []struct {
		name  string
		specs []Spec
		at    []Address
		want  string
	}{
		{"twice", []Spec{Job{}, Job{}}, []Address{"job.a", "job.a"}, "job.a is there twice"},
		{"wrong kind", []Spec{Job{}}, []Address{"resource.git.a"}, "cannot hold a job"},
		{"bad text", []Spec{Job{Description: "", SerialGroups: []string{"\xff"}}}, []Address{"job.a"}, "not valid UTF-8"},
		{"bad number", []Spec{Resource{Source: Map{"x": Number("1e3"), "d": deep}}}, []Address{"resource.git.a"}, "no canonical form"},
		{"dangling", []Spec{unit()}, []Address{"job.a"}, "job.a: resource names resource.git.app, which is not there"},
		{"cycle", []Spec{Resource{TypeRef: "resource.x.b"}, Resource{TypeRef: "resource.x.a"}}, []Address{"resource.x.a", "resource.x.b"}, "depends on itself: resource.x.a → resource.x.b → resource.x.a"},
	}
	for _, tt := range tests {
		b, err := NewBuilder(Header{}), error(nil)
		for i := 0; i < len(tt.specs) && err == nil; i++ {
			err = b.Add(tt.at[i], tt.specs[i], Meta{})
		}
		if err == nil {
			_, err = b.Finish()
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want …%s…", tt.name, err, tt.want)
		}
	}
}

func TestNumbersKeepTheirPlainForm(t *testing.T) {
	for _, good := range []Number{"0", "-1", "9223372036854775807", "0.5", "-0.25", "100000000000000000000", "12.34"} {
		if d, err := parseDecimal(good); err != nil || d.Number() != good {
			t.Errorf("%s: %v %v", good, d, err)
		}
	}
	for _, bad := range []Number{"", "+1", "01", "1.0", "-0", "1e3", ".5", "0x1", "123456789012345678901"} {
		if d, err := parseDecimal(bad); err == nil {
			t.Errorf("%s: accepted as %v", bad, d)
		}
	}
}

func TestTextShowsEveryAttribute(t *testing.T) {
	text := small(t).Text()
	for _, want := range []string{"job.unit  spec ", `uri = "https://git.example.com/app.git"`, `run = ["go", "test", "./..."]`, "trigger = true"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func BenchmarkThousandJobs(b *testing.B) {
	specs := map[Address]Spec{PipelineAddress: Pipeline{Name: "big"}, "resource.git.app": app()}
	for i := range 1000 {
		specs[JobAddress(fmt.Sprintf("j%d", i))] = unit()
	}
	for b.Loop() {
		build(b, specs).Encode()
	}
}
