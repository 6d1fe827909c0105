package wire

import "fmt"

// chooseRuntime decides between the two: the one that was asked for, or
// containerd where the machine can. why says why it is not that.
func chooseRuntime(kind string, euid int, look func(program string) error) (chosen, why string, err error) {
	switch kind {
	case RuntimeContainerd:
		if why := whyNoContainers(euid, look); why != "" {
			return "", "", fmt.Errorf("runtime containerd: %s; --runtime process runs tasks without isolation", why)
		}
		return kind, "", nil
	case RuntimeProcess:
		return kind, "", nil
	case RuntimeAuto, "":
		if why := whyNoContainers(euid, look); why != "" {
			return RuntimeProcess, why, nil
		}
		return RuntimeContainerd, "", nil
	}
	return "", "", fmt.Errorf("there is no runtime %q: auto, containerd and process are known", kind)
}

func whyNoContainers(euid int, look func(string) error) string {
	if euid != 0 {
		return "this user is not root"
	}
	for _, program := range []string{"containerd", "runc", "iptables"} {
		if look(program) != nil {
			return program + " is not installed (Debian: apt-get install containerd runc iptables containernetworking-plugins)"
		}
	}
	return ""
}
