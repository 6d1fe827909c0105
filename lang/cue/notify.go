package cue

import (
	"strconv"

	"cuelang.org/go/cue"

	"github.com/weirci/weir/lang/config"
)

var (
	notifyFields = fields[config.Notification]{
		{"on", func(n *config.Notification) *config.Expr { return &n.On }, nil},
		{"config", func(n *config.Notification) *config.Expr { return &n.Config }, nil},
	}
	notifyForm = newForm("#Notification", "A notification", []string{"type", "config"}, []string{"type"}, notifyFields.names()).checkedBy("config")
)

// notifications reads the notify field of a job or of the pipeline.
func (r *reader) notifications(v cue.Value, to *[]*config.Notification) {
	r.fields(v, func(name string, x cue.Value) {
		at := r.texts.label(x)
		n := &config.Notification{Name: config.Name{Text: name, Range: at}, Range: at}
		ok := r.structure(x, notifyForm, func(name string, x cue.Value) bool {
			if name == "type" {
				n.Type = r.text(x)
				return true
			}
			return notifyFields.put(r, n, name, x)
		})
		if ok && n.Type.Text != "" {
			*to = append(*to, n)
		}
	})
}

func (w *writer) notifications(all []*config.Notification) {
	some(w, "notify", all, func(n *config.Notification) {
		w.block(n.Name.Text, func() {
			w.printf("type: %s\n", strconv.Quote(n.Type.Text))
			arguments(w, notifyFields, n)
		})
	})
}
