package containerd

import (
	"net/netip"
	"os"
	"strings"
)

// nameServers is the resolv.conf of containers: those given, else those of the
// first file that has some which a container can reach. A resolver on loopback,
// as systemd's, is this machine's own, and out of reach.
func nameServers(given []string, files ...string) []byte {
	if len(given) > 0 {
		return []byte("nameserver " + strings.Join(given, "\nnameserver ") + "\n")
	}
	for _, file := range files {
		text, _ := os.ReadFile(file)
		if conf, ok := reachable(string(text)); ok {
			return []byte(conf)
		}
	}
	return []byte("# the machine has no name server that containers can reach\n")
}

func reachable(conf string) (string, bool) {
	var b strings.Builder
	found := false
	for line := range strings.Lines(conf) {
		fields := strings.Fields(line)
		if len(fields) < 2 || strings.HasPrefix(fields[0], "#") || strings.HasPrefix(fields[0], ";") {
			continue
		}
		if fields[0] == "nameserver" {
			ip, err := netip.ParseAddr(fields[1])
			if err != nil || ip.IsLoopback() || ip.Is6() {
				continue
			}
			found = true
		}
		b.WriteString(strings.Join(fields, " ") + "\n")
	}
	return b.String(), found
}
