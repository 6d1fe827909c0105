package containerd_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker/workertest"
)

// outside makes a network namespace that stands for the world: it is connected to
// this machine by one cable, and knows nothing of containers' addresses.
func outside(t *testing.T, number string) *workertest.Network {
	name, ours := "weirout"+number, "wo"+number
	here, there := "198.18."+number+".1", "198.18."+number+".2"
	ip := func(args string) {
		t.Helper()
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v: %s", args, err, out)
		}
	}
	ip("netns add " + name)
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", name).Run() })
	ip("link add " + ours + " type veth peer name eth0 netns " + name)
	ip("addr add " + here + "/30 dev " + ours)
	ip("link set " + ours + " up")
	ip("-n " + name + " addr add " + there + "/30 dev eth0")
	ip("-n " + name + " link set eth0 up")
	return &workertest.Network{
		Host: []string{here, "10.204." + number + ".1"}, Outside: there, NAT: here,
		Listen: func(t *testing.T) (int, <-chan string) { return serve(t, listen(t, "")) },
		Serve:  func(t *testing.T) (int, <-chan string) { return serve(t, listen(t, "/run/netns/"+name)) },
	}
}

// listen makes a socket in a network namespace, where it stays.
func listen(t *testing.T, netns string) net.Listener {
	t.Helper()
	type result struct {
		l   net.Listener
		err error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if netns != "" {
			f, err := os.Open(netns)
			if err == nil {
				err = unix.Setns(int(f.Fd()), unix.CLONE_NEWNET)
			}
			if err != nil {
				done <- result{err: err}
				return
			}
		}
		l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp4", "0.0.0.0:0")
		done <- result{l, err}
	}()
	r := <-done
	if r.err != nil {
		t.Fatal(r.err)
	}
	t.Cleanup(func() { _ = r.l.Close() })
	return r.l
}

func serve(t *testing.T, l net.Listener) (int, <-chan string) {
	from := make(chan string, 16)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			host, _, _ := net.SplitHostPort(c.RemoteAddr().String())
			from <- host
			_, _ = fmt.Fprint(c, "hello")
			_ = c.Close()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port, from
}
