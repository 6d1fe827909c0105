package cue

import (
	"slices"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"

	"github.com/weirci/weir/lang/cue/schema"
)

func definitions(t *testing.T) cue.Value {
	t.Helper()
	v := cuecontext.New().CompileBytes(schema.Source())
	if v.Err() != nil {
		t.Fatal(v.Err())
	}
	return v
}

// The schema that people get and the tables that the walk reads by say the
// same: the same fields, and the same ones must be there.
func TestSchemaAndTables(t *testing.T) {
	all := definitions(t)
	for _, f := range []*form{pipelineForm, settingsForm, displayForm, defaultsForm, secretForm, groupForm, typeForm, resourceForm, checkForm, webhookForm,
		moduleForm, outputForm, assertionForm, movedForm, removedForm, jobForm, retentionForm, scheduleForm, concurrencyForm, paramForm,
		getForm, putForm, taskForm, loadForm, setPipelineForm, approvalForm, doForm, tryForm, parallelForm, containerForm, parallelBodyForm,
		retryForm, acrossForm, sharedForm, limitsForm, serviceForm, readyForm} {
		t.Run(f.def, func(t *testing.T) {
			names, required := fieldsOf(t, all, f.def)
			if got := sorted(f.fields); !slices.Equal(got, names) {
				t.Errorf("the table has %v\nthe schema  %v", got, names)
			}
			if got := sorted(f.required); !slices.Equal(got, required) {
				t.Errorf("the table needs %v, the schema %v", got, required)
			}
		})
	}
}

// A step may have every field that a step of some kind has, and no other.
func TestStepHasTheFieldsOfAllKinds(t *testing.T) {
	all := definitions(t)
	got, _ := fieldsOf(t, all, "#Step")
	var want []string
	for _, f := range []*form{getForm, putForm, taskForm, loadForm, setPipelineForm, approvalForm, doForm, tryForm, parallelForm} {
		want = append(want, f.fields...)
	}
	if want = slices.Compact(sorted(want)); !slices.Equal(got, want) {
		t.Errorf("#Step has %v\nthe kinds  %v", got, want)
	}
}

func fieldsOf(t *testing.T, all cue.Value, def string) (names, required []string) {
	t.Helper()
	it, err := all.LookupPath(cue.ParsePath(def)).Fields(cue.Optional(true))
	if err != nil {
		t.Fatal(err)
	}
	for it.Next() {
		name := it.Selector().Unquoted()
		names = append(names, name)
		if it.Selector().ConstraintType() == cue.RequiredConstraint {
			required = append(required, name)
		}
	}
	slices.Sort(names)
	slices.Sort(required)
	return names, required
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}
