package diag

import (
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// Tool is who reports, for formats that say so.
type Tool struct {
	Version string
	Rule    func(Code) (Rule, bool) // what a code means
}

// Rule is what a code means, at length.
type Rule struct{ Title, Text, Markdown string }

// SARIF writes the problems as a log of the Static Analysis Results Interchange
// Format, version 2.1.0, one run with the rules that came up. A list without
// problems is a log without results, which says that all is well.
func SARIF(w io.Writer, l List, src *Sources, tool Tool) error {
	s := sarif{src: src}
	s.rules(l, tool)
	for _, d := range l {
		s.run.Results = append(s.run.Results, s.result(d))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{s.run}})
}

type sarif struct {
	src   *Sources
	run   sarifRun
	index map[Code]int
}

func (s *sarif) rules(l List, tool Tool) {
	var codes []Code
	for _, d := range l {
		codes = append(codes, d.Code)
	}
	slices.Sort(codes)
	s.index = map[Code]int{}
	s.run = sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	driver := &s.run.Tool.Driver
	driver.Name, driver.Version, driver.Rules = "weir", tool.Version, []sarifRule{}
	for _, c := range slices.Compact(codes) {
		if c != "" {
			s.index[c] = len(driver.Rules)
			driver.Rules = append(driver.Rules, rule(c, tool))
		}
	}
}

func rule(c Code, tool Tool) sarifRule {
	out := sarifRule{ID: string(c)}
	if m, ok := c.Meaning(); ok {
		out.Short = &sarifText{Text: m}
	}
	if tool.Rule == nil {
		return out
	}
	if r, ok := tool.Rule(c); ok {
		out.Name = r.Title
		out.Full = &sarifText{Text: r.Text}
		out.Help = &sarifText{Text: r.Text, Markdown: r.Markdown}
	}
	return out
}

func (s *sarif) result(d Diagnostic) sarifResult {
	out := sarifResult{Level: strings.ToLower(d.Severity.String()), Message: sarifText{Text: clean(d.Summary+"\n"+message(d), true)}}
	if i, ok := s.index[d.Code]; ok {
		out.RuleID, out.RuleIndex = string(d.Code), &i
	}
	if loc := s.location(d.Range); loc != nil {
		out.Locations = []sarifLocation{*loc}
	}
	for _, c := range d.Within {
		s.related(&out, "in "+c.Module+", called here", c.Range)
	}
	for _, r := range d.Related {
		s.related(&out, r.Message, r.Range)
	}
	if f := d.Fix; f != nil && f.Range.Start.Line > 0 && !invented(f.Range.File) {
		out.Fixes = []sarifFix{{Description: sarifText{Text: f.Help}, Changes: []sarifChange{{
			Artifact:     sarifArtifact{URI: uri(f.Range.File)},
			Replacements: []sarifReplacement{{Deleted: *s.region(f.Range, false), Inserted: sarifText{Text: f.Text}}},
		}}}}
	}
	return out
}

func (s *sarif) related(to *sarifResult, message string, r Range) {
	if loc := s.location(r); loc != nil {
		loc.Message = &sarifText{Text: clean(message, true)}
		loc.ID = len(to.Related) + 1
		to.Related = append(to.Related, *loc)
	}
}

// location is nil for what is in no file.
func (s *sarif) location(r Range) *sarifLocation {
	if r.File == "" || invented(r.File) {
		return nil
	}
	at := &sarifPhysical{Artifact: sarifArtifact{URI: uri(r.File)}}
	if r.Start.Line > 0 {
		at.Region = s.region(r, true)
	}
	return &sarifLocation{Physical: at}
}

func (s *sarif) region(r Range, snippet bool) *sarifRegion {
	out := &sarifRegion{
		StartLine: r.Start.Line, StartColumn: s.column(r.File, r.Start),
		EndLine: max(r.End.Line, r.Start.Line), EndColumn: s.column(r.File, r.End),
	}
	if line, ok := s.src.line(r); ok && snippet {
		out.Snippet = &sarifText{Text: clean(string(line.marked), false)}
	}
	return out
}

// column counts code points, where a Pos counts what people see as characters.
func (s *sarif) column(file string, p Pos) int {
	text := s.src.Text(file)
	if p.Byte > len(text) || p.Byte < 0 {
		return max(p.Column, 1)
	}
	start := strings.LastIndexByte(string(text[max(0, p.Byte-longest):p.Byte]), '\n')
	if start < 0 && p.Byte > longest {
		return max(p.Column, 1)
	}
	return utf8.RuneCount(text[max(0, p.Byte-longest)+start+1:p.Byte]) + 1
}

func uri(file string) string {
	u := url.URL{Path: filepath.ToSlash(file)}
	if filepath.IsAbs(file) {
		u.Scheme = "file"
	}
	return u.String()
}
