package compiler

import (
	"math"
	"math/big"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// duration is a text such as "1h30m" in milliseconds, 0 where there is none.
func (u *unit) duration(e config.Expr) int64 {
	v, ok := u.known(e)
	if !ok {
		return 0
	}
	if v.Type() != cty.String {
		u.badDuration(e, "A duration is a text with units")
		return 0
	}
	d, err := time.ParseDuration(v.AsString())
	switch {
	case err != nil:
		u.badDuration(e, quoted(v.AsString())+" is no duration")
	case d < time.Millisecond || d%time.Millisecond != 0:
		u.badDuration(e, "A duration here is one millisecond or more, in whole milliseconds")
	default:
		return d.Milliseconds()
	}
	return 0
}

func (u *unit) badDuration(e config.Expr, why string) {
	u.errorf(diag.BadDuration, e.Range(), "Invalid duration", `%s. Write it as "90s", "15m" or "1h30m".`, why)
}

// sizeUnits are tried in order: the longer name first. Read only.
var sizeUnits = []struct {
	name  string
	bytes int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1},
}

// size is a text such as "512MiB", or a number of bytes, in bytes.
func (u *unit) size(e config.Expr) int64 {
	v, ok := u.known(e)
	if !ok {
		return 0
	}
	if v.Type() == cty.Number {
		return u.whole(e, 1)
	}
	if v.Type() == cty.String {
		if n, ok := ParseSize(v.AsString()); ok {
			return n
		}
	}
	u.errorf(diag.BadSize, e.Range(), "Invalid size", `A size is a number of bytes or a text such as "512MiB" or "2GB".`)
	return 0
}

// ParseSize reads a size as pipelines have it: 512MiB, 2GB; not ok for what is none.
func ParseSize(s string) (int64, bool) {
	for _, unit := range sizeUnits {
		number, ok := strings.CutSuffix(s, unit.name)
		if !ok {
			continue
		}
		r, ok := new(big.Rat).SetString(strings.TrimSpace(number))
		if !ok || len(number) > 20 || strings.ContainsAny(number, "eE/") {
			return 0, false
		}
		r.Mul(r, new(big.Rat).SetInt64(unit.bytes))
		if !r.IsInt() || !r.Num().IsInt64() || r.Sign() <= 0 {
			return 0, false
		}
		return r.Num().Int64(), true
	}
	return 0, false
}

// cores is a number of processor cores in thousandths.
func (u *unit) cores(e config.Expr) int64 {
	v, ok := u.as(e, cty.Number, "a number of cores")
	if !ok {
		return 0
	}
	f, _ := v.AsBigFloat().Float64()
	milli := math.Round(f * 1000)
	if milli < 1 || milli > 1e9 {
		u.errorf(diag.OutOfRange, e.Range(), "Number out of range", "The number of cores is more than 0: 0.5 is half a core.")
		return 0
	}
	return int64(milli)
}
