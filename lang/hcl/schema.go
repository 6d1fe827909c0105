package hcl

import "slices"

// Block is a block of the language, for programs that help people to write it:
// the same forms that Load reads by, with words about them.
type Block struct {
	Type   string // empty for a file
	form   *form
	around string // the type of the block around it
	labels
}

// labels are what stands behind the type of a block.
type labels struct {
	names    []string // of the labels: "type", "name"
	optional bool     // there may be none
	free     bool     // the arguments are named by who writes them
}

// Argument is an argument of a block.
type Argument struct {
	Name  string
	Kind  Kind
	Words []string // that may stand there as strings
	About string   // markdown, sentences
}

// Schema is what a file may hold.
func Schema() *Block { return &Block{form: fileForm} }

// Labels are the names of the block's labels; optional: they may be left out.
func (b *Block) Labels() (names []string, optional bool) { return b.names, b.optional }

// Free says that arguments of any name may stand in the block.
func (b *Block) Free() bool { return b.free }

// About says what the block is for, in markdown.
func (b *Block) About() string {
	return about(b.around, b.Type, "").text
}

// Arguments are those that the block takes, in the order of the language.
func (b *Block) Arguments() []Argument {
	all := make([]Argument, len(b.form.fields))
	for i, name := range b.form.fields {
		all[i] = b.argument(name)
	}
	return all
}

// Argument is the argument of a name.
func (b *Block) Argument(name string) (Argument, bool) {
	if !slices.Contains(b.form.fields, name) {
		return Argument{}, false
	}
	return b.argument(name), true
}

func (b *Block) argument(name string) Argument {
	n := about(b.around, b.Type, name)
	return Argument{Name: name, Kind: n.kind, Words: n.words, About: n.text}
}

// Blocks are the types of the blocks that it may hold.
func (b *Block) Blocks() []string { return b.form.blocks }

// Block is a block inside of it, or nil where none of this type may stand.
func (b *Block) Block(kind string) *Block {
	if !slices.Contains(b.form.blocks, kind) {
		return nil
	}
	f, l := shape(b.form, kind)
	if f == nil {
		return nil
	}
	return &Block{Type: kind, form: f, around: b.Type, labels: l}
}

var named = labels{names: []string{"name"}}

// shape is the form of a block inside of another one, and what stands behind its
// type. A block that is new in the language gets a line here.
func shape(around *form, kind string) (*form, labels) {
	switch kind {
	case "weir":
		return weirForm, labels{}
	case "lint":
		return lintForm, labels{free: true}
	case "pipeline":
		return pipelineForm, named
	case "defaults":
		return defaultsForm, labels{}
	case "variable":
		return variableForm, named
	case "validation":
		return validationForm, labels{}
	case "display":
		return displayForm, labels{}
	case "secret_source":
		return sourceForm, labels{names: []string{"type", "name"}}
	case "group":
		return groupForm, named
	case "locals":
		return localsForm, labels{free: true}
	case "resource_type":
		return typeForm, named
	case "resource":
		return resourceForm, labels{names: []string{"type", "name"}}
	case "check":
		if around == fileForm {
			return assertionsForm, named
		}
		return checkForm, labels{}
	case "assert":
		return assertForm, labels{}
	case "module":
		return callForm, labels{names: named.names, free: true}
	case "output":
		return outputForm, named
	case "moved":
		return movedForm, labels{}
	case "removed":
		return removedForm, labels{}
	case "job":
		return jobForm, named
	case "webhook":
		return webhookForm, labels{}
	case "notify":
		return notifyForm, labels{names: []string{"type", "name"}}
	case "task":
		if around == fileForm {
			return sharedForm, named
		}
		return taskForm, named
	}
	return jobShape(kind)
}

// jobShape is the shape of what may stand in a job beside its steps.
func jobShape(kind string) (*form, labels) {
	switch kind {
	case "retention":
		return retentionForm, labels{}
	case "schedule":
		return scheduleForm, labels{}
	case "concurrency":
		return concurrencyForm, labels{}
	case "param":
		return paramForm, named
	}
	return stepShape(kind)
}

// stepShape is the shape of what may stand among steps.
func stepShape(kind string) (*form, labels) {
	switch kind {
	case "dynamic":
		return dynamicForm, labels{names: []string{"kind"}}
	case "content":
		return contentForm, labels{free: true}
	case "get":
		return getForm, named
	case "put":
		return putForm, named
	case "load":
		return loadForm, named
	case "set_pipeline":
		return setPipelineForm, named
	case "approval":
		return approvalForm, named
	case "do":
		return doForm, labels{names: named.names, optional: true}
	case "try":
		return tryForm, labels{names: named.names, optional: true}
	case "parallel":
		return parallelForm, labels{names: named.names, optional: true}
	case "retry":
		return retryForm, labels{}
	case "across":
		return acrossForm, named
	case "limits":
		return limitsForm, labels{}
	case "service":
		return serviceForm, named
	case "ready":
		return readyForm, labels{}
	case "on_success", "on_failure", "on_error", "on_abort", "ensure":
		return hookForm, labels{}
	}
	return nil, labels{}
}
