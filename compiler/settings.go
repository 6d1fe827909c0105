package compiler

import (
	"fmt"

	"github.com/hashicorp/go-version"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// Settings are what the weir blocks say, as values.
type Settings struct {
	Lint     map[diag.Code]Level
	Policies []config.Name // directories, relative to the pipeline's
	required []requirement
}

// Level is how much a rule of lint matters.
type Level string

// The levels.
const (
	LevelError   Level = "error"
	LevelWarning Level = "warning"
	LevelOff     Level = "off"
)

type requirement struct {
	constraints version.Constraints
	text        string
	at          diag.Range
}

// ReadSettings reads the weir blocks. Several add up.
func ReadSettings(cfg *config.Config) (Settings, diag.List) {
	s := Settings{Lint: map[diag.Code]Level{}}
	var list diag.List
	if cfg == nil {
		return s, nil
	}
	u := (&module{c: &compilation{}, cfg: cfg, sym: &symbols{}, scope: config.Scope{}}).unit()
	for _, b := range cfg.Settings {
		u.requiredVersion(b.RequiredVersion, &s)
		if u.namesNothing(b.Policies) {
			names, _ := u.located(b.Policies)
			s.Policies = append(s.Policies, names...)
		}
		for _, l := range b.Lint {
			u.lintLevel(l, &s)
		}
	}
	list.Append(u.list...)
	return s, list
}

// namesNothing reports names in a weir block: it is read before all else, so
// nothing has a value yet.
func (u *unit) namesNothing(e config.Expr) bool {
	if e == nil {
		return false
	}
	for _, r := range e.Refs() {
		u.errorf(diag.BadExpression, r.Range, "A name in the weir block", "The weir block is read before anything else, so it cannot name %s. Write the value itself.", r)
		return false
	}
	return true
}

func (u *unit) constantText(e config.Expr) (string, bool) {
	if !u.namesNothing(e) {
		return "", false
	}
	return u.text(e)
}

func (u *unit) requiredVersion(e config.Expr, s *Settings) {
	text, ok := u.constantText(e)
	if !ok {
		return
	}
	c, err := version.NewConstraint(text)
	if err != nil {
		u.errorf(diag.BadChoice, e.Range(), "Invalid version constraint",
			"%q is no version constraint; write one such as \">= 0.1.0\", \"~> 1.2\" or \">= 1.0, < 2.0\".", text)
		return
	}
	s.required = append(s.required, requirement{constraints: c, text: text, at: e.Range()})
}

func (u *unit) lintLevel(l *config.LintLevel, s *Settings) {
	code := diag.Code(l.Code.Text)
	if _, ok := code.Meaning(); !ok || !code.Lint() {
		u.unknown(diag.UnknownRule, l.Code.Range, "rule of lint", l.Code.Text, lintCodes())
		return
	}
	level, ok := u.constantText(l.Level)
	if !ok {
		return
	}
	u.choice(config.Name{Text: level, Range: l.Level.Range()}, []string{string(LevelError), string(LevelOff), string(LevelWarning)})
	s.Lint[code] = Level(level)
}

func lintCodes() []string {
	var out []string
	for _, c := range diag.Codes() {
		if c.Lint() {
			out = append(out, string(c))
		}
	}
	return out
}

// Refuses says whether the pipeline wants another version of Weir than this
// one. A version that is none (of a build that was not released) is never
// refused.
func (s Settings) Refuses(this string) diag.List {
	v, err := version.NewVersion(this)
	if err != nil {
		return nil
	}
	var list diag.List
	for _, r := range s.required {
		// A candidate for 1.2.0 has all that 1.2.0 has.
		if r.constraints.Check(v.Core()) {
			continue
		}
		list.Append(diag.Diagnostic{Code: diag.WrongVersion, Range: r.at, Summary: "Another version of Weir is wanted",
			Detail: fmt.Sprintf("The pipeline wants Weir %s; this is %s.", r.text, this),
			Fix:    &diag.Fix{Help: "use a version of Weir that fits, or change required_version"}})
	}
	return list
}
