package lines

import (
	"bytes"
	"time"

	"github.com/weirci/weir/worker/logfile"
)

// MaxText is the longest text of one Line, in bytes; what is longer is cut.
const MaxText = 64 << 10

// Line is one line of output, or a part of one.
type Line struct {
	Number  int64 // of the line in the run; the first is 1
	Stream  byte  // logfile.Stdout, Stderr or Beside
	At      time.Time
	Text    []byte // without the line end; valid until the next call
	Partial bool   // there was no line end: the line was cut, or the output ended
}

// Splitter holds the lines of one run that have begun and not ended, MaxText
// bytes a stream at most. The zero value is ready.
type Splitter struct {
	count int64
	open  [3]fragment
}

// fragment is the beginning of a line.
type fragment struct {
	text []byte
	at   time.Time
}

// Add takes the next record, and gives each line that it completes. It stops at
// the first error of emit; the splitter is of no use then.
func (s *Splitter) Add(r logfile.Record, emit func(Line) error) error {
	open := &s.open[index(r.Stream)]
	for data := r.Data; len(data) > 0; {
		if len(open.text) == MaxText && data[0] != '\n' { // too long a line
			if err := s.emit(r.Stream, true, emit); err != nil {
				return err
			}
		}
		if len(open.text) == 0 {
			open.at = r.At
		}
		text, rest, ended := bytes.Cut(data, []byte{'\n'})
		if room := MaxText - len(open.text); len(text) > room {
			text, rest, ended = data[:room], data[room:], false
		}
		open.text = append(open.text, text...)
		data = rest
		if ended {
			if err := s.emit(r.Stream, false, emit); err != nil {
				return err
			}
		}
	}
	return nil
}

// Flush gives what has begun and not ended: the run writes no more. It lets go of its
// memory; should there be more after all, the numbers go on.
func (s *Splitter) Flush(emit func(Line) error) error {
	for _, stream := range []byte{logfile.Stdout, logfile.Stderr, logfile.Beside} {
		if len(s.open[index(stream)].text) > 0 {
			if err := s.emit(stream, true, emit); err != nil {
				return err
			}
		}
	}
	s.open = [3]fragment{}
	return nil
}

func (s *Splitter) emit(stream byte, partial bool, emit func(Line) error) error {
	open := &s.open[index(stream)]
	s.count++
	err := emit(Line{Number: s.count, Stream: stream, At: open.at, Text: open.text, Partial: partial})
	open.text = open.text[:0]
	return err
}

func index(stream byte) int {
	switch stream {
	case logfile.Stderr:
		return 1
	case logfile.Beside:
		return 2
	}
	return 0
}
