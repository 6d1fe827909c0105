package containerd

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/weirci/weir/worker"
)

// certificates are where systems keep the authorities that they trust.
func certificates() []string {
	return []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"}
}

// hostname is every container's: a build then cannot depend on it.
const hostname = "weir"

func (r *Runtime) skeleton() string { return filepath.Join(r.cfg.Dir, "skeleton") }

// makeSkeleton makes the layer that lies on every image: what a container has
// that no image does, and something to mount on. Without it runc would make all
// that anew, on disk, for each container.
func (r *Runtime) makeSkeleton() error {
	files := map[string]string{
		"etc/hosts":       hostsFile(""),
		"etc/resolv.conf": string(nameServers(r.cfg.DNS, "/etc/resolv.conf", "/run/systemd/resolve/resolv.conf")),
	}
	for _, name := range []string{"init", "init.json", "log", "exit", "stdout", "ready"} {
		files[filepath.Join(inside, name)] = ""
	}
	return makeTree(r.skeleton(), files, "dev", "proc", "sys", worker.BuildDir)
}

func (r *Runtime) builtInRoot() string { return filepath.Join(r.cfg.Dir, "builtin") }

// makeBuiltInRoot makes the otherwise empty root of built-in resource types.
func (r *Runtime) makeBuiltInRoot() error {
	root := r.builtInRoot()
	files := map[string]string{
		"etc/passwd":  "root:x:0:0:root:/root:/bin/false\n",
		"etc/group":   "root:x:0:\n",
		builtInBinary: "", // is mounted on
	}
	for _, path := range certificates() {
		if text, err := os.ReadFile(path); err == nil {
			files["etc/ssl/certs/ca-certificates.crt"] = string(text)
			break
		}
	}
	return makeTree(root, files, "root")
}

// makeTree makes files and directories for containers: readable by all, and /tmp
// writable by all.
func makeTree(root string, files map[string]string, dirs ...string) error {
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, dir := range append(dirs, "tmp") {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			return err
		}
	}
	return os.Chmod(filepath.Join(root, "tmp"), fs.ModeSticky|0o777)
}
