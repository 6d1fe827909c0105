package view

import (
	"fmt"
	"strconv"
	"strings"
)

// Cores writes thousandths of cores as cores.
func Cores(millis int64) string { return strconv.FormatFloat(float64(millis)/1000, 'f', -1, 64) }

// Bytes writes bytes in the largest unit that fits, with one digit behind the point.
func Bytes(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	f, i := float64(n), 0
	for f >= 1024 && i < len(units)-1 {
		f, i = f/1024, i+1
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0") + units[i]
}
