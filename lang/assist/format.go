package assist

import (
	"bytes"

	"github.com/weirci/weir/lang/format"
)

// Format is what has to change for a file to be as weir fmt would have it, as
// few lines as can be. A text with errors in it is left alone.
func (f *File) Format() []Edit {
	want, problems := format.Source(f.Path, f.Text)
	if problems.HasErrors() || bytes.Equal(want, f.Text) {
		return nil
	}
	start := 0
	for i := 0; i < len(want) && i < len(f.Text) && want[i] == f.Text[i]; i++ {
		if want[i] == '\n' {
			start = i + 1
		}
	}
	end := 0 // how much is the same at the end
	for i := 1; i <= len(want)-start && i <= len(f.Text)-start && want[len(want)-i] == f.Text[len(f.Text)-i]; i++ {
		if want[len(want)-i] == '\n' {
			end = i - 1
		}
	}
	return []Edit{{Location{f.Path, Span{start, len(f.Text) - end}}, string(want[start : len(want)-end])}}
}
