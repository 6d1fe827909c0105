package cue

import (
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/lang/diag"
)

// What runs on is given up in time, with a problem that says why.
func TestGivenUp(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	begin := time.Now()
	out := within("dir", 20*time.Millisecond, maxMemory, func() result {
		<-stop
		return result{}
	})
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("after %v", took)
	}
	givenUp(t, out, "20ms")
}

func TestGivenUpForMemory(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	out := within("dir", time.Minute, 1, func() result {
		<-stop
		return result{}
	})
	givenUp(t, out, "memory")
}

func givenUp(t *testing.T, out result, says string) {
	t.Helper()
	if out.config != nil || len(out.problems) != 1 || out.problems[0].Code != diag.TooExpensive || !strings.Contains(out.problems[0].Detail, says) {
		t.Errorf("%+v", out)
	}
}

// A panic of the library is a problem and no crash.
func TestPanic(t *testing.T) {
	out := within("dir", time.Minute, maxMemory, func() result { panic("boo") })
	if out.config != nil || len(out.problems) != 1 || !strings.Contains(out.problems[0].Detail, "boo") {
		t.Errorf("%+v", out)
	}
}

// A product of disjunctions that CUE takes long for is given up.
func TestSlowCUE(t *testing.T) {
	var text strings.Builder
	text.WriteString("name: \"x\"\n_x: {\n")
	for range 24 {
		text.WriteString("({a: 1, b: int} | {a: 2, c: int} | {a: 3, d: int}) & \n")
	}
	text.WriteString("{...}}\n")
	e := &evaluation{dir: "d", texts: texts{}, src: &diag.Sources{}}
	e.add("p.cue", []byte(text.String()))
	e.files = []*file{{name: "p.cue", text: []byte(text.String())}}
	begin := time.Now()
	out := within("d", 2*time.Second, maxMemory, e.run)
	if took := time.Since(begin); took > 20*time.Second || len(out.problems) == 0 && out.config == nil {
		t.Errorf("after %v: %+v", took, out)
	}
}
