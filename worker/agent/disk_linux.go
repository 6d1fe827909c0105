package agent

import (
	"os"

	"golang.org/x/sys/unix"
)

// freeSpace is how many bytes can still be written below a directory; not ok where
// nobody knows.
func freeSpace(dir string) (free uint64, ok bool) {
	free, _, ok = diskSpace(dir)
	return free, ok
}

// diskSpace is freeSpace, and how much there is of it in all.
func diskSpace(dir string) (free, total uint64, ok bool) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, 0, false
	}
	total = st.Blocks * uint64(st.Bsize)
	if st.Files > 0 && st.Ffree == 0 { // no file can be made any more
		return 0, total, true
	}
	blocks := st.Bavail
	if os.Geteuid() == 0 { // may use what is kept back for root
		blocks = st.Bfree
	}
	return blocks * uint64(st.Bsize), total, true
}
