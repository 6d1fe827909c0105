package diag

import "bytes"

// Sources are the texts that ranges point into, by the file name that ranges
// use. It is filled before it is read; it is not for concurrent writing.
type Sources struct {
	texts map[string][]byte
}

// Add remembers the text of a file. The bytes are kept, not copied.
func (s *Sources) Add(file string, text []byte) {
	if s.texts == nil {
		s.texts = map[string][]byte{}
	}
	s.texts[file] = text
}

// Text is the text of a file, nil if it is unknown.
func (s *Sources) Text(file string) []byte {
	if s == nil {
		return nil
	}
	return s.texts[file]
}

// longest is how many bytes of each part of a line are looked at: more than
// are ever shown, so that a line of megabytes costs nothing.
const longest = 1024

// line cuts the first line of a range out of its file: what is before the
// range, the range itself as far as it is on that line, and what follows.
func (s *Sources) line(r Range) (before, marked, after []byte, ok bool) {
	text := s.Text(r.File)
	if text == nil || r.Start.Line == 0 || r.Start.Byte < 0 || r.Start.Byte > len(text) {
		return nil, nil, nil, false
	}
	start := bytes.LastIndexByte(text[:r.Start.Byte], '\n') + 1
	end := len(text)
	if i := bytes.IndexByte(text[r.Start.Byte:], '\n'); i >= 0 {
		end = r.Start.Byte + i
	}
	if end > r.Start.Byte && text[end-1] == '\r' {
		end--
	}
	stop := min(max(r.End.Byte, r.Start.Byte), end)
	start = max(start, r.Start.Byte-longest)
	end = min(end, stop+longest)
	return text[start:r.Start.Byte], text[r.Start.Byte:min(stop, r.Start.Byte+longest)], text[stop:end], true
}
