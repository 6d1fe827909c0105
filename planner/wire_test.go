package planner

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
)

// samplePlan has a change of every kind.
func samplePlan(t testing.TB) *Plan {
	to := with(shop(), map[graph.Address]graph.Spec{
		app: gitSource("https://example.com/other.git"), ship: nil, "job.zip": graph.Job{},
	})
	return New("main", "shop", 3, build(t, shop()), build(t, to), Observed{app: {Versions: 2}})
}

func TestPlansSurviveEncoding(t *testing.T) {
	sample := samplePlan(t)
	for name, p := range map[string]*Plan{
		"every kind": sample,
		"destroy":    New("main", "shop", 3, build(t, shop()), nil, nil),
		"nothing":    New("main", "shop", 3, build(t, shop()), build(t, shop()), nil),
	} {
		got, err := Decode(p.Encode())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(got, p) {
			t.Errorf("%s: got\n%#v\nwant\n%#v", name, got, p)
		}
		if got.Digest() != p.Digest() {
			t.Errorf("%s: the digest changed", name)
		}
	}
}

func TestDigestIsOfContent(t *testing.T) {
	a, b := samplePlan(t), samplePlan(t)
	if a.Digest() != b.Digest() {
		t.Error("equal plans have different digests")
	}
	b.Base.Revision++
	if a.Digest() == b.Digest() {
		t.Error("different plans have one digest")
	}
	if _, err := graph.ParseDigest(string(a.Digest())); err != nil {
		t.Error(err)
	}
}

// Whatever is done to the bytes: an error or another canonical plan, no panic.
func TestDecodeTrustsNothing(t *testing.T) {
	whole := samplePlan(t).Encode()
	rapid.Check(t, func(t *rapid.T) {
		data := bytes.Clone(whole)
		at := rapid.IntRange(0, len(data)-1).Draw(t, "at")
		data[at] = rapid.Byte().Draw(t, "byte")
		if cut := rapid.IntRange(0, len(data)).Draw(t, "cut"); rapid.Bool().Draw(t, "truncate") {
			data = data[:cut]
		}
		p, err := Decode(data)
		if err == nil && !bytes.Equal(p.Encode(), data) {
			t.Fatal("bytes that are not canonical were accepted")
		}
	})
}

func TestDecodeRefusesWhatDoesNotAgree(t *testing.T) {
	for name, damage := range map[string]func(*wirePlan){
		"a change left out":         func(w *wirePlan) { w.Changes = w.Changes[:len(w.Changes)-1] },
		"another old definition":    func(w *wirePlan) { w.Changes[0].Old = graph.EncodeSpec(graph.Job{MaxInFlight: 9}) },
		"another guard":             func(w *wirePlan) { w.Changes[0].Base = "sha256:00" },
		"out of order":              func(w *wirePlan) { w.Changes[0], w.Changes[1] = w.Changes[1], w.Changes[0] },
		"a change of no kind":       func(w *wirePlan) { w.Changes[0].Kind = "rename" },
		"a creation of what is not": func(w *wirePlan) { w.Changes[0] = wireChange{Kind: "create", Address: "job.none"} },
		"another graph":             func(w *wirePlan) { w.Desired = build(t, shop()).Encode() },
		"a graph that is none":      func(w *wirePlan) { w.Desired = []byte("x") },
	} {
		var w wirePlan
		if err := cbor.Unmarshal(samplePlan(t).Encode(), &w); err != nil {
			t.Fatal(err)
		}
		damage(&w)
		data, err := modes().enc.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(data); !errors.Is(err, errDamaged) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestDecodeRefusesUnknownFields(t *testing.T) {
	var m map[string]any
	if err := cbor.Unmarshal(samplePlan(t).Encode(), &m); err != nil {
		t.Fatal(err)
	}
	m["signature"] = "x"
	data, _ := modes().enc.Marshal(m)
	if _, err := Decode(data); !errors.Is(err, errDamaged) {
		t.Errorf("error %v", err)
	}
}

func TestDecodeKnowsNewerFormats(t *testing.T) {
	data, _ := modes().enc.Marshal(map[string]any{"format": 3, "whatever": []int{1}})
	_, err := Decode(data)
	var format *FormatError
	if !errors.As(err, &format) || err.Error() != "made by a newer Weir: format 3, this one reads up to 1" {
		t.Errorf("error %v", err)
	}
}
