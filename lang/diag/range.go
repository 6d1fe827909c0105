package diag

import "strconv"

// Pos is a place in a file. Line and Column count from 1, Column in
// characters as people see them; Byte counts from 0. Line 0 is no place.
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// Range is a stretch of a file; End is just behind its last byte.
type Range struct {
	File  string `json:"file"`
	Start Pos    `json:"start"`
	End   Pos    `json:"end"`
}

// IsZero reports whether the range names nothing, not even a file.
func (r Range) IsZero() bool { return r.File == "" && r.Start.Line == 0 }

// String is file:line:column, as editors understand it.
func (r Range) String() string {
	if r.Start.Line == 0 {
		return r.File
	}
	return r.File + ":" + strconv.Itoa(r.Start.Line) + ":" + strconv.Itoa(r.Start.Column)
}

// Join is the range from the start of r to the end of s, in r's file.
func (r Range) Join(s Range) Range {
	if s.File == r.File && s.End.Byte > r.End.Byte {
		r.End = s.End
	}
	return r
}
