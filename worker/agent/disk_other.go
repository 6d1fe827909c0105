//go:build !linux

package agent

func freeSpace(string) (free uint64, ok bool) { return 0, false }

func diskSpace(string) (free, total uint64, ok bool) { return 0, 0, false }
