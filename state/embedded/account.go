package embedded

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user that PostgreSQL runs as. The zero account is the user of
// this process.
type account struct {
	name     string
	uid, gid uint32
	other    bool // not the user of this process
}

// chooseAccount is this process's own user, unless that is root: then the owner
// of the data directory if there is one, or postgres, or nobody.
func chooseAccount(data string) (account, error) {
	owner, exists := ownerOf(data)
	if uid := os.Geteuid(); uid != 0 {
		if exists && owner != uint32(uid) {
			return account{}, fmt.Errorf("%s belongs to user id %d, not to the user who runs weir (%d)", data, owner, uid)
		}
		return account{}, nil
	}
	if exists && owner != 0 {
		return lookupAccount(user.LookupId(strconv.Itoa(int(owner))))
	}
	for _, name := range []string{"postgres", "nobody"} {
		if a, err := lookupAccount(user.Lookup(name)); err == nil {
			return a, nil
		}
	}
	return account{}, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody: adduser --system postgres")
}

func lookupAccount(u *user.User, err error) (account, error) {
	if err != nil {
		return account{}, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return account{name: u.Username, uid: uint32(uid), gid: uint32(gid), other: true}, err
}

func (a account) credential() *syscall.Credential {
	if !a.other {
		return nil
	}
	return &syscall.Credential{Uid: a.uid, Gid: a.gid}
}

// mkdir makes a directory that only the account may enter.
func (a account) mkdir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return a.own(dir)
}

func (a account) own(dir string) error {
	if a.other {
		if err := os.Chown(dir, int(a.uid), int(a.gid)); err != nil {
			return err
		}
	}
	return os.Chmod(dir, 0o700)
}

// barrier is the first directory on the way to path that the account cannot
// enter, as /root for the user postgres; "" if there is none.
func (a account) barrier(path string) string {
	if !a.other {
		return ""
	}
	parent := filepath.Dir(path)
	if parent != path {
		if b := a.barrier(parent); b != "" {
			return b
		}
	}
	info, err := os.Stat(path)
	if err != nil || a.mayEnter(info) {
		return ""
	}
	return path
}

func (a account) mayEnter(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	mode := info.Mode().Perm()
	switch {
	case !ok:
		return true
	case stat.Uid == a.uid:
		return mode&0o100 != 0
	case stat.Gid == a.gid:
		return mode&0o010 != 0
	}
	return mode&0o001 != 0
}

func ownerOf(path string) (uint32, bool) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return stat.Uid, true
}
