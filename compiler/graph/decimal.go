package graph

import (
	"fmt"
	"strconv"
	"strings"
)

// decimal is mantissa × 10^exponent. Whole numbers that fit have exponent 0;
// all others have a mantissa that does not end in 0, so each has one form.
type decimal struct{ mantissa, exponent int64 }

// maxExponent bounds what a few bytes can grow to when they are printed.
const maxExponent = 1000

// parseDecimal reads the plain form of a Number.
func parseDecimal(n Number) (decimal, error) {
	s := string(n)
	if i, err := strconv.ParseInt(s, 10, 64); err == nil && strconv.FormatInt(i, 10) == s {
		return decimal{mantissa: i}, nil
	}
	whole, fraction, _ := strings.Cut(s, ".")
	digits := whole + fraction
	exponent := -int64(len(fraction))
	for strings.HasSuffix(digits, "0") && len(digits) > 1 {
		digits, exponent = digits[:len(digits)-1], exponent+1
	}
	m, err := strconv.ParseInt(digits, 10, 64)
	d := decimal{mantissa: m, exponent: exponent}
	if err != nil || exponent > maxExponent || exponent < -maxExponent || d.Number() != n {
		return decimal{}, fmt.Errorf("number %.40q has no canonical form: it must be plain decimal with at most 18 significant digits", s)
	}
	return d, nil
}

// Number is the plain form.
func (d decimal) Number() Number {
	digits, sign := strconv.FormatInt(d.mantissa, 10), ""
	if d.mantissa < 0 {
		digits, sign = digits[1:], "-"
	}
	switch {
	case d.exponent >= 0:
		digits += strings.Repeat("0", int(d.exponent))
	default:
		point := len(digits) + int(d.exponent)
		if point <= 0 {
			digits, point = strings.Repeat("0", 1-point)+digits, 1
		}
		digits = digits[:point] + "." + digits[point:]
	}
	return Number(sign + digits)
}
