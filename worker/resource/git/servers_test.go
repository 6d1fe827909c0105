package git

import (
	"crypto/ed25519"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// Real servers, on loopback: git's own http-backend behind net/http, and an ssh
// server that runs git's own programs.

// serveHTTP serves the repositories below dir to who knows the password.
func serveHTTP(t *testing.T, dir, user, password string, tls bool) string {
	t.Helper()
	backend := &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(run(t, "", "git", "--exec-path")), "git-http-backend"),
		Env: []string{
			"GIT_PROJECT_ROOT=" + dir, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=test",
			"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
		},
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, _ := r.BasicAuth(); user != "" && (u != user || p != password) {
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		backend.ServeHTTP(w, r)
	})
	s := httptest.NewUnstartedServer(handler)
	if tls {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s.URL
}

// sshServer is where an ssh server listens and what it takes to get in.
type sshServer struct{ url, privateKey, knownHosts string }

func serveSSH(t *testing.T, dir string) sshServer {
	t.Helper()
	clientPublic, clientKey, err := ed25519.GenerateKey(nil)
	hostPublic, hostKey, err2 := ed25519.GenerateKey(nil)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	block, err := ssh.MarshalPrivateKey(clientKey, "")
	if err != nil {
		t.Fatal(err)
	}
	allowed := must(t, ssh.NewPublicKey, any(clientPublic))
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if string(key.Marshal()) != string(allowed.Marshal()) {
			return nil, fmt.Errorf("who are you?")
		}
		return nil, nil
	}}
	config.AddHostKey(must(t, ssh.NewSignerFromKey, any(hostKey)))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serveConn(conn, config)
		}
	}()
	host := must(t, ssh.NewPublicKey, any(hostPublic))
	port := listener.Addr().(*net.TCPAddr).Port
	return sshServer{
		url:        fmt.Sprintf("ssh://git@127.0.0.1:%d%s", port, dir),
		privateKey: string(pem.EncodeToMemory(block)),
		knownHosts: fmt.Sprintf("[127.0.0.1]:%d %s", port, ssh.MarshalAuthorizedKey(host)),
	}
}

func must[A any, P any](t *testing.T, f func(A) (P, error), a A) P {
	t.Helper()
	p, err := f(a)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func serveConn(conn net.Conn, config *ssh.ServerConfig) {
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for c := range channels {
		channel, requests, err := c.Accept()
		if err != nil {
			return
		}
		go serveChannel(channel, requests)
	}
}

// serveChannel runs git-upload-pack 'PATH' or git-receive-pack 'PATH'.
func serveChannel(channel ssh.Channel, requests <-chan *ssh.Request) {
	defer channel.Close()
	for r := range requests {
		if r.Type != "exec" {
			_ = r.Reply(r.Type == "env", nil)
			continue
		}
		_ = r.Reply(true, nil)
		program, path, _ := strings.Cut(string(r.Payload[4:]), " ")
		cmd := exec.Command("git", "-c", "safe.directory=*", strings.TrimPrefix(program, "git-"), strings.Trim(path, "'"))
		stdin, _ := cmd.StdinPipe()
		cmd.Stdout, cmd.Stderr = channel, channel.Stderr()
		go func() {
			_, _ = io.Copy(stdin, channel)
			stdin.Close()
		}()
		status := []byte{0, 0, 0, 0}
		if err := cmd.Run(); err != nil {
			status[3] = 1
		}
		_, _ = channel.SendRequest("exit-status", false, status)
		return
	}
}
