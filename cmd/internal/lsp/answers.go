package lsp

import (
	"fmt"

	"github.com/weirci/weir/lang/assist"
)

func (q query) completion() (any, error) {
	q.mu.Lock()
	snippets := q.snippets
	q.mu.Unlock()
	list := completionList{Items: []completionItem{}}
	for _, i := range q.Complete(q.file.Path, q.offset) {
		item := completionItem{Label: i.Label, Kind: itemKinds[i.Kind], Detail: i.Detail, SortText: fmt.Sprintf("%d%s", i.Rank, i.Label), Format: plainText}
		text := i.Text
		if snippets && i.Snippet != "" {
			text, item.Format = i.Snippet, snippet
		}
		item.TextEdit = &textEdit{Range: spanIn(q.file.Lines, i.Replace), NewText: text}
		if i.About != "" {
			item.Documentation = &markup{Kind: "markdown", Value: i.About}
		}
		list.Items = append(list.Items, item)
	}
	return list, nil
}

// itemKinds are the protocol's numbers. Read only.
var itemKinds = map[assist.ItemKind]int{
	assist.ItemBlock: 9, assist.ItemArgument: 5, assist.ItemReference: 6, assist.ItemFunction: 3, assist.ItemWord: 12,
}

func (q query) hover() (any, error) {
	h, ok := q.Hover(q.file.Path, q.offset)
	if !ok {
		return nil, nil
	}
	return hover{Contents: markup{Kind: "markdown", Value: h.About}, Range: spanIn(q.file.Lines, h.Span)}, nil
}

func (q query) definition() (any, error) {
	return q.locations(q.Definition(q.file.Path, q.offset)), nil
}

func (q query) references() (any, error) {
	return q.locations(q.References(q.file.Path, q.offset, q.params.Context.IncludeDeclaration)), nil
}

func (q query) locations(all []assist.Location) []location {
	out := []location{}
	for _, l := range all {
		if lines := q.lines(l.Path); lines != nil {
			out = append(out, location{URI: q.files.uriOf(l.Path), Range: spanIn(lines, l.Span)})
		}
	}
	return out
}

// lines are those of a file of this directory, or of a module's.
func (q query) lines(path string) *assist.Lines {
	if f := q.File(path); f != nil {
		return f.Lines
	}
	if f := q.files.dir(dirOf(path)).File(path); f != nil {
		return f.Lines
	}
	return nil
}

func (q query) prepareRename() (any, error) {
	w, err := q.Renameable(q.file.Path, q.offset)
	if err != nil {
		return nil, err
	}
	return renameable{Range: spanIn(q.file.Lines, w.Span), Placeholder: w.Text}, nil
}

func (q query) rename() (any, error) {
	edits, err := q.Rename(q.file.Path, q.offset, q.params.NewName)
	if err != nil {
		return nil, err
	}
	out := workspaceEdit{Changes: map[string][]textEdit{}}
	for _, e := range edits {
		uri := q.files.uriOf(e.Path)
		out.Changes[uri] = append(out.Changes[uri], textEdit{Range: spanIn(q.lines(e.Path), e.Span), NewText: e.Text})
	}
	return out, nil
}

func (q query) formatting() (any, error) {
	out := []textEdit{}
	for _, e := range q.file.Format() {
		out = append(out, textEdit{Range: spanIn(q.file.Lines, e.Span), NewText: e.Text})
	}
	return out, nil
}

func (q query) symbols() (any, error) {
	return symbolsOf(q.file.Lines, q.file.Contents()), nil
}

func symbolsOf(lines *assist.Lines, all []assist.Entry) []documentSymbol {
	out := []documentSymbol{}
	for _, e := range all {
		out = append(out, documentSymbol{Name: e.Name, Kind: symbolKind(e.Type), Range: spanIn(lines, e.Span),
			SelectionRange: spanIn(lines, e.Heading), Children: symbolsOf(lines, e.In)})
	}
	return out
}

// symbolKind is the protocol's number for a type of block.
func symbolKind(block string) int {
	switch block {
	case "pipeline", "module":
		return 2
	case "job", "task":
		return 12
	case "variable", "local", "locals", "output", "param":
		return 13
	case "resource", "resource_type", "secret_source":
		return 19
	case "get", "put", "load", "set_pipeline", "approval":
		return 24
	}
	return 3
}

func spanIn(lines *assist.Lines, s assist.Span) span {
	return span{Start: positionIn(lines, s.Start), End: positionIn(lines, s.End)}
}

func positionIn(lines *assist.Lines, offset int) position {
	line, character := lines.Position(offset)
	return position{Line: line, Character: character}
}
