package shim

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// identity is whom the program runs as.
type identity struct {
	credential *syscall.Credential // nil: as the init
	home       string
}

// lookupUser reads the files of the root in which the init runs, so that inside
// a container they are the image's, and no link in them leads out of it.
func lookupUser(user string) (identity, error) {
	passwd, err := readTable("/etc/passwd")
	if err != nil {
		return identity{}, err
	}
	groups, err := readTable("/etc/group")
	if err != nil {
		return identity{}, err
	}
	return resolve(user, os.Getuid(), passwd, groups)
}

func resolve(user string, self int, passwd, groups [][]string) (identity, error) {
	if user == "" {
		return identity{home: homeOf(strconv.Itoa(self), passwd)}, nil
	}
	name, group, hasGroup := strings.Cut(user, ":")
	entry := findEntry(passwd, name, 7)
	who := syscall.Credential{}
	home := "/"
	switch uid, err := strconv.ParseUint(name, 10, 32); {
	case entry != nil:
		who.Uid, who.Gid, home = number(entry[2]), number(entry[3]), entry[5]
		who.Groups = memberships(entry[0], groups)
	case err == nil:
		who.Uid = uint32(uid)
	case name == "root":
		home = "/root"
	default:
		return identity{}, fmt.Errorf("user %q is not in the image's /etc/passwd", name)
	}
	if hasGroup {
		gid, err := resolveGroup(group, groups)
		if err != nil {
			return identity{}, err
		}
		who.Gid, who.Groups = gid, nil
	}
	return identity{credential: &who, home: home}, nil
}

func resolveGroup(name string, groups [][]string) (uint32, error) {
	if entry := findEntry(groups, name, 3); entry != nil {
		return number(entry[2]), nil
	}
	gid, err := strconv.ParseUint(name, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("group %q is not in the image's /etc/group", name)
	}
	return uint32(gid), nil
}

// findEntry looks a name up, then an id, as everybody does.
func findEntry(table [][]string, key string, fields int) []string {
	for _, column := range []int{0, 2} {
		for _, e := range table {
			if len(e) >= fields && e[column] == key {
				return e
			}
		}
	}
	return nil
}

func memberships(name string, groups [][]string) []uint32 {
	var ids []uint32
	for _, g := range groups {
		if len(g) >= 4 && slices.Contains(strings.Split(g[3], ","), name) {
			ids = append(ids, number(g[2]))
		}
	}
	return ids
}

func homeOf(uid string, passwd [][]string) string {
	for _, e := range passwd {
		if len(e) >= 7 && e[2] == uid {
			return e[5]
		}
	}
	if uid == "0" {
		return "/root"
	}
	return "/"
}

// number is 65534, nobody, for what is no number: never root by accident.
func number(s string) uint32 {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 65534
	}
	return uint32(n)
}

func readTable(path string) ([][]string, error) {
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var table [][]string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			table = append(table, strings.Split(line, ":"))
		}
	}
	return table, nil
}
