package function

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/langtest"
)

// No call may use much memory, nor a long time, whatever its arguments.
func TestLimits(t *testing.T) {
	langtest.Heavy(t)
	long := cty.StringVal(strings.Repeat("a", 8<<20))
	many := make([]cty.Value, 1<<20)
	for i := range many {
		many[i] = cty.StringVal("x")
	}
	list := cty.ListVal(many)
	nested := cty.StringVal("x") // a million elements, all one
	for range 6 {
		nested = cty.TupleVal([]cty.Value{nested, nested, nested, nested, nested, nested, nested, nested, nested, nested})
	}
	laughs := "a0: &a0 [x]\n"
	for i, c := range "123456789" {
		laughs += "a" + string(c) + ": &a" + string(c) + " [" + strings.Repeat("*a"+string(rune('0'+i))+",", 10) + "]\n"
	}
	n := func(i int64) cty.Value { return cty.NumberIntVal(i) }
	s := cty.StringVal
	for _, c := range []struct {
		name string
		args []cty.Value
	}{
		{"format", []cty.Value{s("%1000000000d"), n(1)}},
		{"format", []cty.Value{s(strings.Repeat("%[1]s", 100)), long}},
		{"formatlist", []cty.Value{s("%s%s"), list, long}},
		{"indent", []cty.Value{n(1 << 30), s("a\nb")}},
		{"indent", []cty.Value{n(1 << 20), s(strings.Repeat("\n", 1<<20))}},
		{"join", []cty.Value{long, list}},
		{"replace", []cty.Value{long, s("a"), s("0123456789")}},
		{"replace", []cty.Value{long, s("/a/"), s("0123456789")}},
		{"replace", []cty.Value{long, s("/a*/"), s("$0$0$0$0$0$0$0$0$0")}},
		{"split", []cty.Value{s(""), long}},
		{"regexall", []cty.Value{s("a"), long}},
		{"setproduct", []cty.Value{list, list}},
		{"flatten", []cty.Value{nested}},
		{"jsonencode", []cty.Value{nested}},
		{"yamlencode", []cty.Value{nested}},
		{"jsondecode", []cty.Value{s("[" + strings.Repeat("1,", 2<<20) + "1]")}},
		{"yamldecode", []cty.Value{s("[" + strings.Repeat("1,", 2<<20) + "1]")}},
		{"csvdecode", []cty.Value{s("a\n" + strings.Repeat("1\n", 2<<20))}},
		{"concat", []cty.Value{list, list}},
		{"jsonencode", []cty.Value{cty.TupleVal([]cty.Value{long, long})}},
		{"tonumber", []cty.Value{s("1e999999")}},
		{"jsondecode", []cty.Value{s("1e999999")}},
		{"pow", []cty.Value{n(10), n(400)}},
		{"parseint", []cty.Value{long, n(16)}},
		{"yamldecode", []cty.Value{s(laughs)}},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		_, err := Table()[c.name].Call(c.args)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: not refused", c.name)
		}
		// All that was ever allocated, most of it garbage by then; the race detector
		// makes it half as much again.
		if used := after.TotalAlloc - before.TotalAlloc; used > 32*MaxResult {
			t.Errorf("%s used %d MiB before it refused (%v)", c.name, used>>20, err)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s took %s", c.name, took)
		}
	}
}

// What people really do is far from the limits.
func TestWithinLimits(t *testing.T) {
	langtest.Heavy(t)
	many := make([]cty.Value, 20_000)
	for i := range many {
		many[i] = cty.StringVal("a/b")
	}
	list := cty.ListVal(many)
	text := cty.StringVal(strings.Repeat("some text, ", 100_000))
	for name, args := range map[string][]cty.Value{
		"format": {cty.StringVal("%s: %05d"), text, cty.NumberIntVal(3)}, "formatlist": {cty.StringVal("%s"), list}, "join": {cty.StringVal(", "), list},
		"split": {cty.StringVal(","), text}, "replace": {text, cty.StringVal("/[,;]/"), cty.StringVal("-")}, "jsonencode": {list}, "yamlencode": {list},
		"distinct": {list}, "setproduct": {list, cty.ListVal(many[:10])}, "base64encode": {text}, "indent": {cty.NumberIntVal(8), text},
	} {
		if _, err := Table()[name].Call(args); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Nothing is quadratic.
func TestDistinctIsQuick(t *testing.T) {
	langtest.Heavy(t)
	many := make([]cty.Value, 100_000)
	for i := range many {
		many[i] = cty.NumberIntVal(int64(i))
	}
	start := time.Now()
	if v, err := Table()["distinct"].Call([]cty.Value{cty.ListVal(many)}); err != nil || v.LengthInt() != len(many) {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("100,000 elements took %s", took)
	}
}
