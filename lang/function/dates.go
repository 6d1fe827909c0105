package function

import (
	"fmt"
	"time"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// There is no function for the time of now: a pipeline is the same tomorrow.
func dates() []row {
	const at = "time: a time of RFC 3339"
	return []row{
		{"formatdate", stdlib.FormatDateFunc, "A time in another form: YYYY MM DD hh mm ss, MMM and EEE for names, Z or ZZZZZ for the zone; other text stands between single quotes.",
			[]string{"format: the form", at}, `formatdate("YYYY-MM-DD hh:mm", "2024-02-03T04:05:06Z")`, `"2024-02-03 04:05"`},
		{"timeadd", stdlib.TimeAddFunc, "A time so much later, or earlier.", []string{at, "duration: 1h30m, -10m"}, `timeadd("2024-02-28T23:30:00Z", "1h")`, `"2024-02-29T00:30:00Z"`},
		{"timecmp", timeCompareFunc, "-1, 0 or 1: the first time is before, the same as, or after the second.", []string{"a: a time of RFC 3339", "b: another"},
			`timecmp("2024-02-03T04:00:00Z", "2024-02-03T05:00:00+01:00")`, `0`},
	}
}

var timeCompareFunc = overStrings([]string{"a", "b"}, cty.Number, func(s []string) (cty.Value, error) {
	var at [2]time.Time
	for i := range at {
		var err error
		if at[i], err = time.Parse(time.RFC3339, s[i]); err != nil {
			return cty.NilVal, fmt.Errorf("%q is no time of RFC 3339, such as 2024-02-03T04:05:06Z", s[i])
		}
	}
	return cty.NumberIntVal(int64(at[0].Compare(at[1]))), nil
})
