package schedule

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A build that a person asks for takes no version that is older than that: the
// resources of which it may have any version are checked first. A check that fails is an
// answer too: then it takes what is known, and says so.

// Free says that the input may have any version that checks find.
func (in Input) Free() bool { return len(in.Passed) == 0 && len(in.Pin) == 0 && len(in.Version) == 0 }

// checking is why a build waits for checks; nil: it does not.
func checking(checks []Check) *Failure {
	if len(checks) == 0 {
		return nil
	}
	first := checks[0].Asked
	var names []string
	for _, c := range checks {
		if names = append(names, string(c.Resource)); c.Asked.Before(first) {
			first = c.Asked
		}
	}
	slices.Sort(names)
	return &Failure{"Checking", fmt.Sprintf("waits for a check of %s, asked for at %s UTC", strings.Join(slices.Compact(names), ", "), first.UTC().Format(time.TimeOnly))}
}
