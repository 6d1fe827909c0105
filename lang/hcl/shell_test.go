package hcl

import "testing"

// A script with an expansion of the shell says how such a thing is written.
func TestShellExpansions(t *testing.T) {
	for script, helped := range map[string]bool{
		"echo ${p%/*}":             true,
		"echo ${a} ${p%/*}":        true,
		"echo ${pipeline.name} \n": false,
	} {
		text := "job \"a\" {\n  task \"t\" {\n    script = <<-SH\n      " + script + "\n    SH\n  }\n}\n"
		_, list := parseAll([]file{{name: "f", text: []byte(text)}})
		if got := len(list) == 1 && list[0].Fix != nil && list[0].Fix.Help != ""; got != helped {
			t.Errorf("%s: %v", script, list)
		}
	}
	if _, list := parseAll([]file{{name: "f", text: []byte("job \"a\" {\n  max_in_flight = 1 +* 2\n}\n")}}); len(list) == 0 || list[0].Fix != nil {
		t.Errorf("outside of a text: %v", list)
	}
}
