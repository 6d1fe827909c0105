package agent

import (
	"os"

	"golang.org/x/sys/unix"
)

// freeSpace is how many bytes can still be written below a directory; not ok where
// nobody knows.
func freeSpace(dir string) (free uint64, ok bool) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, false
	}
	if st.Files > 0 && st.Ffree == 0 { // no file can be made any more
		return 0, true
	}
	blocks := st.Bavail
	if os.Geteuid() == 0 { // may use what is kept back for root
		blocks = st.Bfree
	}
	return blocks * uint64(st.Bsize), true
}
