package lsp

import "encoding/json"

type (
	position struct {
		Line      int `json:"line"`
		Character int `json:"character"` // in units of UTF-16
	}
	span struct {
		Start position `json:"start"`
		End   position `json:"end"`
	}
	location struct {
		URI   string `json:"uri"`
		Range span   `json:"range"`
	}
	textEdit struct {
		Range   span   `json:"range"`
		NewText string `json:"newText"`
	}
	workspaceEdit struct {
		Changes map[string][]textEdit `json:"changes"`
	}
	document struct {
		URI     string `json:"uri"`
		Version int    `json:"version"`
		Text    string `json:"text"`
	}
	markup struct {
		Kind  string `json:"kind"`
		Value string `json:"value"`
	}
)

// What editors say.
type (
	initializeParams struct {
		Capabilities struct {
			TextDocument struct {
				Completion struct {
					CompletionItem struct {
						SnippetSupport bool `json:"snippetSupport"`
					} `json:"completionItem"`
				} `json:"completion"`
			} `json:"textDocument"`
		} `json:"capabilities"`
	}
	changeParams struct {
		TextDocument document `json:"textDocument"`
		Changes      []change `json:"contentChanges"`
	}
	change struct {
		Range *span  `json:"range"` // nil: the text is the whole one
		Text  string `json:"text"`
	}
	placeParams struct {
		TextDocument document `json:"textDocument"`
		Position     position `json:"position"`
		NewName      string   `json:"newName"`
		Context      struct {
			IncludeDeclaration bool `json:"includeDeclaration"`
		} `json:"context"`
	}
	actionParams struct {
		TextDocument document `json:"textDocument"`
		Range        span     `json:"range"`
	}
	cancelParams struct {
		ID json.RawMessage `json:"id"`
	}
)

// What the server answers.
type (
	completionList struct {
		IsIncomplete bool             `json:"isIncomplete"`
		Items        []completionItem `json:"items"`
	}
	completionItem struct {
		Label         string    `json:"label"`
		Kind          int       `json:"kind"`
		Detail        string    `json:"detail,omitempty"`
		Documentation *markup   `json:"documentation,omitempty"`
		SortText      string    `json:"sortText"`
		Format        int       `json:"insertTextFormat"`
		TextEdit      *textEdit `json:"textEdit"`
	}
	hover struct {
		Contents markup `json:"contents"`
		Range    span   `json:"range"`
	}
	renameable struct {
		Range       span   `json:"range"`
		Placeholder string `json:"placeholder"`
	}
	documentSymbol struct {
		Name           string           `json:"name"`
		Kind           int              `json:"kind"`
		Range          span             `json:"range"`
		SelectionRange span             `json:"selectionRange"`
		Children       []documentSymbol `json:"children,omitempty"`
	}
	codeAction struct {
		Title       string        `json:"title"`
		Kind        string        `json:"kind"`
		Diagnostics []diagnostic  `json:"diagnostics"`
		IsPreferred bool          `json:"isPreferred"`
		Edit        workspaceEdit `json:"edit"`
	}
	published struct {
		URI         string       `json:"uri"`
		Version     *int         `json:"version,omitempty"`
		Diagnostics []diagnostic `json:"diagnostics"`
	}
	diagnostic struct {
		Range    span      `json:"range"`
		Severity int       `json:"severity"`
		Code     string    `json:"code,omitempty"`
		Source   string    `json:"source"`
		Message  string    `json:"message"`
		Related  []related `json:"relatedInformation,omitempty"`
	}
	related struct {
		Location location `json:"location"`
		Message  string   `json:"message"`
	}
)

// Numbers of the protocol.
const (
	severityError   = 1
	severityWarning = 2

	plainText = 1
	snippet   = 2

	syncIncremental = 2
)

// Errors of the protocol that JSON-RPC has not.
const (
	codeNotInitialized = -32002
	codeCancelled      = -32800
	codeFailed         = -32803
)

// capabilities are what this server can do.
func capabilities() map[string]any {
	return map[string]any{
		"positionEncoding":           "utf-16",
		"textDocumentSync":           map[string]any{"openClose": true, "change": syncIncremental, "save": map[string]any{}},
		"completionProvider":         map[string]any{"triggerCharacters": []string{".", `"`}},
		"hoverProvider":              true,
		"definitionProvider":         true,
		"referencesProvider":         true,
		"renameProvider":             map[string]any{"prepareProvider": true},
		"documentFormattingProvider": true,
		"documentSymbolProvider":     true,
		"codeActionProvider":         map[string]any{"codeActionKinds": []string{"quickfix"}},
	}
}
