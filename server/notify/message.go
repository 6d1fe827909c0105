package notify

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// mostReason is what is kept of why something could not be sent.
const mostReason = 500

// message is what is told, with the config that says how.
type message struct {
	d      state.Delivery
	url    string    // of the build
	config graph.Map // evaluated
}

// roots are what the config's expressions may name, besides secrets.
func (m message) roots() map[string]graph.Value {
	b, versions := m.d.Build, graph.Map{}
	for _, in := range b.Inputs {
		version := graph.Map{}
		for k, v := range in.Version {
			version[k] = graph.String(v)
		}
		versions[in.Name] = version
	}
	params := b.Params
	if params == nil {
		params = graph.Map{}
	}
	number := strconv.FormatInt(b.Number, 10)
	return map[string]graph.Value{
		"version": versions, "params": params,
		"build": graph.Map{
			"id": graph.String(b.ID), "number": graph.Number(number), "name": graph.String(number), "job": graph.String(m.job()),
			"pipeline": graph.String(m.d.Pipeline), "team": graph.String(m.d.Team), "url": graph.String(m.url), "created_by": graph.String(b.CreatedBy),
		},
		"event": graph.Map{
			"id": graph.String(m.d.ID), "status": graph.String(m.d.Status), "change": graph.String(m.d.Change),
			"previous": graph.String(m.d.Previous), "message": graph.String(m.d.Message),
		},
	}
}

// job is the name of the job, as build.job is in its steps.
func (m message) job() string { return m.d.Build.Job.Name() }

// title says in a line what happened: shop/unit #14 failed.
func (m message) title() string {
	if m.d.Test {
		return fmt.Sprintf("%s: a test of %s", m.d.Pipeline, m.d.Address)
	}
	return fmt.Sprintf("%s/%s #%d %s", m.d.Pipeline, m.job(), m.d.Build.Number, m.verb())
}

func (m message) verb() string {
	switch {
	case m.d.Change == "fixed":
		return "succeeded again: it is fixed"
	case m.d.Change == "broken" && m.d.Previous != "":
		return m.d.Status + ": it succeeded before"
	}
	return m.d.Status
}

// body says more, where there is more to say.
func (m message) body() string {
	if m.d.Test {
		return "Somebody (" + m.d.AskedBy + ") wanted to know whether this arrives. It does."
	}
	return m.d.Message
}

// text is a string of the config, or what stands in for it.
func (m message) text(key, otherwise string) (string, error) {
	v, ok := m.config[key]
	if !ok || v == (graph.Null{}) {
		return otherwise, nil
	}
	text, _, err := protocol.EnvText(v)
	if err != nil {
		return "", hopeless("%s: %w", key, err)
	}
	return text, nil
}

// need is a string that must be there.
func (m message) need(key string) (string, error) {
	text, err := m.text(key, "")
	if err == nil && strings.TrimSpace(text) == "" {
		err = hopeless("config.%s is empty", key)
	}
	return text, err
}

// list is a string or a list of them.
func (m message) list(key string) ([]string, error) {
	l, ok := m.config[key].(graph.List)
	if !ok {
		one, err := m.need(key)
		return []string{one}, err
	}
	var out []string
	for _, v := range l {
		text, ok := v.(graph.String)
		if !ok {
			return nil, hopeless("config.%s has something that is no string", key)
		}
		out = append(out, string(text))
	}
	return out, nil
}

// marshal is JSON that the same facts always give the same bytes of.
func marshal(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, hopeless("what is to be sent is no JSON: %w", err)
	}
	return b, nil
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// brief is the beginning of a text on one line.
func brief(s string, most int) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most-1]) + "…"
	}
	return s
}

func (m message) number() string { return strconv.FormatInt(m.d.Build.Number, 10) }
