package lint

import (
	"fmt"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

func inverseGroups() Rule {
	return Rule{Code: diag.InverseGroups, Severity: diag.Warning, Summary: "Serial groups in inverse order",
		Why: "A build takes all its serial groups at once, so nothing locks up; but who writes them in another order elsewhere thinks of them as taken one after the other.",
		Fix: "Write serial groups in the same order in every job.",
		check: func(p *pass, out report) {
			for _, m := range p.written.modules {
				seen := map[[2]string]config.Name{}
				for _, j := range m.cfg.Jobs {
					inverse(groupsOf(j), seen, out)
				}
			}
		}}
}

// inverse reports a pair that an earlier job has the other way round. seen has
// the pairs so far, each with where it was first.
func inverse(groups []config.Name, seen map[[2]string]config.Name, out report) {
	for i, a := range groups {
		for _, b := range groups[i+1:] {
			if first, ok := seen[[2]string{b.Text, a.Text}]; ok && a.Text != b.Text {
				out(diag.Diagnostic{Range: a.Range,
					Detail:  fmt.Sprintf("Here %s comes before %s; in another job it is the other way round.", a.Text, b.Text),
					Related: []diag.Related{{Message: "the other order", Range: first.Range}}})
				return
			}
			if _, ok := seen[[2]string{a.Text, b.Text}]; !ok {
				seen[[2]string{a.Text, b.Text}] = a
			}
		}
	}
}

// groupsOf are the groups of a job in the order in which they are written.
func groupsOf(j *config.Job) []config.Name {
	if j.SerialGroups == nil {
		return nil
	}
	list, _ := j.SerialGroups.Parts().(config.List)
	var out []config.Name
	for _, e := range list {
		if text, ok := literal(e); ok {
			out = append(out, config.Name{Text: text, Range: e.Range()})
		}
	}
	return out
}
