package shim

import (
	"bytes"

	"github.com/weirci/weir/worker/logfile"
)

// longestLine is where a line of a service is cut: the output of several programs
// is in one log, each line whole.
const longestLine = 16 << 10

// labels puts a name before each line.
type labels struct {
	name string
	open map[byte][]byte // by stream: what has begun and not ended
	out  []byte
}

func newLabels(name string) *labels { return &labels{name: name + " | ", open: map[byte][]byte{}} }

// add gives the lines that data completes; they are good until the next call.
func (l *labels) add(stream byte, data []byte) []byte {
	l.out = l.out[:0]
	open := l.open[stream]
	for len(data) > 0 {
		text, rest, ended := bytes.Cut(data, []byte{'\n'})
		if room := longestLine - len(open); len(text) > room {
			text, rest, ended = data[:room], data[room:], true
		}
		open = append(open, text...)
		if ended {
			l.put(open)
			open = open[:0]
		}
		data = rest
	}
	l.open[stream] = open
	return l.out
}

// flush gives what has not ended.
func (l *labels) flush() []byte {
	l.out = l.out[:0]
	for _, stream := range []byte{logfile.Stdout, logfile.Stderr} {
		if len(l.open[stream]) > 0 {
			l.put(l.open[stream])
			l.open[stream] = nil
		}
	}
	return l.out
}

// line gives one line.
func (l *labels) line(text []byte) []byte {
	l.out = l.out[:0]
	l.put(text)
	return l.out
}

func (l *labels) put(line []byte) {
	l.out = append(l.out, l.name...)
	l.out = append(append(l.out, line...), '\n')
}
