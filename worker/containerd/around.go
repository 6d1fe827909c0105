package containerd

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/weirci/weir/worker"
)

// around are the files that tell a task's containers who is around: the services
// by their names, and, in the machine's own network, whom the machine knows. None
// where what all containers share will do.
func (r *Runtime) around(dir string, t worker.Task) ([]specs.Mount, error) {
	if len(t.Services) == 0 && !t.HostNetwork {
		return nil, nil
	}
	hosts := hostsFile("")
	var mounts []specs.Mount
	if t.HostNetwork {
		text, err := os.ReadFile("/etc/hosts")
		if err != nil {
			return nil, err
		}
		hosts = hostsFile(string(text))
		mounts = append(mounts, bind("/etc/resolv.conf", "/etc/resolv.conf", "ro"))
	}
	for _, s := range t.Services {
		hosts += "127.0.0.1\t" + s.Name + "\n"
	}
	path := filepath.Join(dir, "hosts")
	if err := os.WriteFile(path, []byte(hosts), 0o644); err != nil {
		return nil, err
	}
	return append(mounts, bind(path, "/etc/hosts")), nil
}

// hostsFile is /etc/hosts of a container, after what others are to be found in it.
func hostsFile(others string) string {
	if others != "" && !strings.HasSuffix(others, "\n") {
		others += "\n"
	}
	return others + "127.0.0.1\tlocalhost " + hostname + "\n"
}
