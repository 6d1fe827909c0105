package view

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// Every field is there, numbers are numbers, and the order is that of the API.
func TestJSONOfMessages(t *testing.T) {
	var b strings.Builder
	err := WriteJSON(&b, []*weirv1.Build{{
		Id: "x", Job: "unit", Number: 9007199254740993, Status: "succeeded", CreatedAt: before(time.Second),
		Inputs: []*weirv1.BuildVersion{{Name: "app", Version: map[string]string{"ref": "<a&b>"}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "builds.json.golden", []byte(b.String()))
	var back []map[string]any
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil || back[0]["id"] != "x" {
		t.Errorf("it does not read back: %v %v", back, err)
	}
}

func TestJSONOfNothingIsAnArray(t *testing.T) {
	var b strings.Builder
	if err := WriteJSON[*weirv1.Job](&b, nil); err != nil || b.String() != "[]\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
}

func TestJSONOfAnEvent(t *testing.T) {
	line := &weirv1.WatchResponse{Event: &weirv1.WatchResponse_Line{Line: &weirv1.LogLine{StepName: "a", Text: []byte("hi")}}}
	got, err := json.Marshal(Object(line))
	want := `{"line":{"step_path":"","step_name":"a","attempt":0,"stream":"","text":"hi","partial":false,"at":null,"number":0}}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
}
