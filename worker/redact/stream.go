package redact

// Mark stands where a secret stood.
const Mark = "((redacted))"

// Set is what is to be hidden. It is immutable, and many streams may share it.
type Set struct{ exact, wrapped *automaton }

// New is the set for some secrets. Empty ones are nothing to hide.
func New(secrets []string) *Set {
	var exact, wrapped []string
	for _, s := range secrets {
		e, w := forms(s)
		exact, wrapped = append(exact, e...), append(wrapped, w...)
	}
	return &Set{newAutomaton(exact), newAutomaton(wrapped)}
}

// String redacts a text that is there as a whole.
func (s *Set) String(text string) string {
	st := s.Stream()
	return string(st.Flush(st.Write(nil, []byte(text))))
}

// Stream is a new stream.
func (s *Set) Stream() *Stream { return &Stream{set: s} }

// Stream redacts what one program writes to one pipe. It is for one goroutine.
type Stream struct {
	set            *Set
	exact, wrapped int32  // nodes of the automata
	breaks         int    // line breaks in a row
	held           []byte // what is not decided
	hidden         []bool // for each byte of held: it is a part of a form
	marked         bool   // the last that left was Mark
}

// Write takes the next bytes and appends to dst what may leave now.
func (s *Stream) Write(dst, p []byte) []byte {
	for i := 0; i < len(p); {
		if s.exact|s.wrapped == 0 {
			dst = s.release(dst, len(s.held))
		}
		if n := s.harmless(p[i:]); n > 0 {
			dst = append(dst, p[i:i+n]...)
			s.marked, s.breaks = false, 0
			i += n
			continue
		}
		s.take(p[i])
		i++
	}
	return s.release(dst, len(s.held)-s.undecided())
}

// Flush appends what was held back: nothing comes after it.
func (s *Stream) Flush(dst []byte) []byte {
	dst = s.release(dst, len(s.held))
	s.exact, s.wrapped, s.breaks = 0, 0, 0
	return dst
}

// harmless is how many bytes begin no form, where nothing is held.
func (s *Stream) harmless(p []byte) int {
	if len(s.held) > 0 {
		return 0
	}
	for i, c := range p {
		if s.set.exact.root[c]|s.set.wrapped.root[c] != 0 {
			return i
		}
	}
	return len(p)
}

// take reads one byte. Nothing that could still change is let go before release.
func (s *Stream) take(c byte) {
	s.held, s.hidden = append(s.held, c), append(s.hidden, false)
	s.exact = s.set.exact.step(s.exact, c)
	s.hide(int(s.set.exact.nodes[s.exact].match))
	if c == '\n' || c == '\r' {
		if s.breaks++; s.breaks > 2 { // more than one line's end ends base64, and what would be held for it
			s.wrapped = 0
		}
		return
	}
	s.breaks = 0
	s.wrapped = s.set.wrapped.step(s.wrapped, c)
	if n := s.set.wrapped.nodes[s.wrapped].match; n > 0 {
		s.hide(s.span(int(n)))
	}
}

func (s *Stream) hide(n int) {
	for i := len(s.hidden) - n; i < len(s.hidden); i++ {
		s.hidden[i] = true
	}
}

// span is how many bytes at the end hold the last n that are no line breaks.
func (s *Stream) span(n int) int {
	i := len(s.held)
	for ; n > 0; i-- {
		if c := s.held[i-1]; c != '\n' && c != '\r' {
			n--
		}
	}
	return len(s.held) - i
}

// undecided is how many bytes at the end may be the beginning of a form.
func (s *Stream) undecided() int {
	return max(int(s.set.exact.nodes[s.exact].depth), s.span(int(s.set.wrapped.nodes[s.wrapped].depth)))
}

func (s *Stream) release(dst []byte, n int) []byte {
	for i := range n {
		switch {
		case !s.hidden[i]:
			dst = append(dst, s.held[i])
		case !s.marked:
			dst = append(dst, Mark...)
		}
		s.marked = s.hidden[i]
	}
	s.held = append(s.held[:0], s.held[n:]...)
	s.hidden = append(s.hidden[:0], s.hidden[n:]...)
	return dst
}
