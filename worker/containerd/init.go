package containerd

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/builtin"
	"github.com/weirci/weir/worker/seccomp"
	"github.com/weirci/weir/worker/shim"
)

// builtInBinary is where weir is in the container of a built-in resource type.
const builtInBinary = "/opt/weir"

// initConfig merges the task with what its image says.
func initConfig(t worker.Task, root *rootImage, filter seccomp.Filter) (shim.Config, error) {
	if t.Privileged {
		filter = nil
	}
	argv := t.Argv
	if len(argv) == 0 {
		argv = slices.Concat(root.Config.Entrypoint, root.Config.Cmd)
	}
	if t.Image.BuiltIn != "" {
		var err error
		if argv, err = builtin.Argv(builtInBinary, t.Image.BuiltIn, argv); err != nil {
			return shim.Config{}, err
		}
	}
	own := []string{worker.BuildDir}
	for _, m := range t.Mounts {
		own = append(own, path.Clean(m.Path))
	}
	return shim.Config{
		Argv:    argv,
		Stdin:   t.Stdin,
		Env:     mergeEnv(root.Config.Env, t.Env),
		Dir:     cmp.Or(t.Dir, worker.BuildDir),
		User:    cmp.Or(t.User, root.Config.User),
		Own:     own,
		Result:  t.ResultOnStdout,
		Secrets: t.Secrets,
		Place:   "in the image",
		Filter:  filter,
	}, nil
}

// mergeEnv gives the task's value where both have one.
func mergeEnv(image, task []string) []string {
	set := map[string]bool{}
	for _, kv := range task {
		key, _, _ := strings.Cut(kv, "=")
		set[key] = true
	}
	merged := slices.DeleteFunc(slices.Clone(image), func(kv string) bool {
		key, _, _ := strings.Cut(kv, "=")
		return set[key]
	})
	return append(merged, task...)
}
