package secret

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/worker/redact"
)

// What a secret may have, in bytes. One that is shorter would hide half of any
// output that it must not be in.
const (
	least = 4
	most  = 64 << 10
)

// leastLoaded is how long a text in a loaded value must be to be hidden: what is
// loaded has words in it that are everywhere, such as true.
const leastLoaded = 6

// leastMade is how long a value that is made with secrets must be to be hidden as a
// whole; the secrets in it are hidden anyway.
const leastMade = 8

// Resolver fills tasks. It is immutable, and safe for concurrent use.
type Resolver struct {
	access Access
	lookup func(string) (string, bool)
	eval   protocol.Eval
	result Results
}

// Results gives what a run has answered, which is where a loaded value is.
type Results func(ctx context.Context, run string) ([]byte, error)

// New is a resolver that reads variables with lookup (os.LookupEnv), and loaded
// values with result.
func New(a Access, lookup func(string) (string, bool), eval protocol.Eval, result Results) (*Resolver, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	return &Resolver{a, lookup, eval, result}, nil
}

// Fill puts values where a task names secrets, and returns all that is secret in it
// now. The error is for people: the task cannot run as it is.
func (r *Resolver) Fill(ctx context.Context, t *weirv1.Task) ([]string, error) {
	if len(t.GetLater()) == 0 {
		return nil, nil
	}
	later, err := protocol.ParseLater(t.GetLater())
	if err != nil {
		return nil, err
	}
	root, values, err := r.read(ctx, later)
	if err != nil {
		return nil, err
	}
	loads, hidden, err := r.loaded(ctx, later)
	if err != nil {
		return nil, err
	}
	values = append(values, hidden...)
	eval := func(d graph.Deferred, roots map[string]graph.Value) (graph.Value, error) {
		v, err := r.eval(d, roots)
		if err == nil {
			values = append(values, texts(v, leastMade)...)
		}
		return v, err
	}
	env, stdin, err := later.Fill(eval, root, loads)
	if err == nil {
		err = fillBeside(t, later, eval, root, loads)
	}
	if err != nil {
		return nil, errors.New(redact.New(values).String(err.Error())) // it may quote what it could not work with
	}
	t.Later, t.Env = nil, append(t.GetEnv(), env...)
	if stdin != nil {
		t.Stdin = stdin
	}
	return values, nil
}

// fillBeside gives the services of a task their variables.
func fillBeside(t *weirv1.Task, l protocol.Later, eval protocol.Eval, secrets, loads graph.Map) error {
	env, err := l.FillBeside(eval, secrets, loads)
	for _, s := range t.GetServices() {
		s.Env = append(s.GetEnv(), env[s.GetName()]...)
	}
	return err
}

// read gets every secret that a task names: as the root of expressions, and as a list.
func (r *Resolver) read(ctx context.Context, l protocol.Later) (graph.Map, []string, error) {
	root, values := graph.Map{}, []string(nil)
	for _, ref := range graph.SecretRefs(graph.List{l.Env, l.Request, l.Beside}) {
		text, err := r.get(ctx, l, ref)
		if err == nil {
			err = put(root, strings.Split(ref, "."), text)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("secret.%s: %w", ref, err)
		}
		values = append(values, text, cty.NormalizeString(text)) // expressions have the second
	}
	return root, values, nil
}

func (r *Resolver) get(ctx context.Context, l protocol.Later, ref string) (string, error) {
	name, path, ok := strings.Cut(ref, ".")
	source, known := l.Secrets.Sources[name]
	if !ok || !known {
		return "", fmt.Errorf("the pipeline has no secret source %q", name)
	}
	from, err := r.open(l.Secrets.Team, source)
	if err != nil {
		return "", fmt.Errorf("secret_source.%s.%s: %w", source.Type, name, err)
	}
	text, err := from.Get(ctx, strings.Split(path, "."))
	if err != nil {
		return "", fmt.Errorf("secret_source.%s.%s: %w", source.Type, name, err)
	}
	return text, usable(text)
}

// loaded gets every loaded value that a task names, and the texts in it that are
// not to be shown.
func (r *Resolver) loaded(ctx context.Context, l protocol.Later) (graph.Map, []string, error) {
	root, values := graph.Map{}, []string(nil)
	for name, load := range l.Loads {
		result, err := r.result(ctx, load.Run)
		if err != nil {
			return nil, nil, fmt.Errorf("load.%s: %w", name, err)
		}
		v, err := protocol.ParseLoaded(result)
		if err != nil {
			return nil, nil, fmt.Errorf("load.%s: %w", name, err)
		}
		root[name] = v
		if load.Hidden {
			values = append(values, texts(v, leastLoaded)...)
		}
	}
	return root, values, nil
}

// usable says what is wrong with a value, without it.
func usable(text string) error {
	switch {
	case text == "":
		return errors.New("it is empty")
	case len(text) < least:
		return fmt.Errorf("it has less than %d bytes: so short a value could not be kept out of logs", least)
	case len(text) > most:
		return fmt.Errorf("it has more than %d KiB", most>>10)
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return errors.New("it is no text (UTF-8 without zero bytes); keep it in base64 and decode it in the task")
	}
	return nil
}

// put sets a value below its path, and below the whole path as one name: whether
// secret.main["tls.key"] or secret.main.tls.key was written, the reference is the same.
func put(root graph.Map, path []string, text string) error {
	at, ok := child(root, path[0])
	whole := strings.Join(path[1:], ".")
	if _, taken := at[whole].(graph.Map); !ok || taken {
		return errors.New("another secret is named as if it were inside of this one")
	}
	at[whole] = graph.String(text)
	for _, name := range path[1 : len(path)-1] {
		if at, ok = child(at, name); !ok {
			return errors.New("it is named as if it were inside of another secret")
		}
	}
	at[path[len(path)-1]] = graph.String(text)
	return nil
}

func child(m graph.Map, name string) (graph.Map, bool) {
	if m[name] == nil {
		m[name] = graph.Map{}
	}
	in, ok := m[name].(graph.Map)
	return in, ok
}

// texts are the texts in a value, and its numbers, that have some length at least.
// What an expression with secrets gave counts too: a hash or an encoding of one is
// as good as the secret itself.
func texts(v graph.Value, least int) []string {
	var out []string
	switch v := v.(type) {
	case graph.String:
		if len(v) >= least {
			out = append(out, string(v))
		}
	case graph.Number:
		if len(v) >= leastMade {
			out = append(out, string(v))
		}
	case graph.List:
		for _, x := range v {
			out = append(out, texts(x, least)...)
		}
	case graph.Map:
		for _, x := range v {
			out = append(out, texts(x, least)...)
		}
	}
	return out
}
