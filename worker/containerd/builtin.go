package containerd

import (
	"io/fs"
	"os"
	"path/filepath"
)

// certificates are where systems keep the authorities that they trust.
func certificates() []string {
	return []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"}
}

func (r *Runtime) builtInRoot() string { return filepath.Join(r.cfg.Dir, "builtin") }

// makeBuiltInRoot makes the otherwise empty root of built-in resource types.
func (r *Runtime) makeBuiltInRoot() error {
	root := r.builtInRoot()
	files := map[string]string{
		"etc/passwd": "root:x:0:0:root:/root:/bin/false\n",
		"etc/group":  "root:x:0:\n",
	}
	for _, path := range certificates() {
		if text, err := os.ReadFile(path); err == nil {
			files["etc/ssl/certs/ca-certificates.crt"] = string(text)
			break
		}
	}
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, dir := range []string{"root", "tmp"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			return err
		}
	}
	if err := os.Chmod(root, 0o755); err != nil {
		return err
	}
	return os.Chmod(filepath.Join(root, "tmp"), fs.ModeSticky|0o777)
}
