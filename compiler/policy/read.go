package policy

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

const (
	suffix   = ".cue"
	maxText  = 1 << 20 // bytes of one policy
	maxCount = 200     // policies of a team or a directory
)

// Read reads the *.cue files of a directory, by name. The names of the policies
// are the paths.
func Read(dir string) ([]Policy, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("reading policies: %w", err)
	}
	var out []Policy
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), suffix) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		info, err := os.Stat(path)
		if err == nil && info.Size() > maxText {
			return nil, fmt.Errorf("the policy %s has %d bytes; a policy may have up to %d", path, info.Size(), maxText)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading policies: %w", err)
		}
		out = append(out, Policy{Name: path, Text: string(text)})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the directory %s holds no policy: policies are files whose names end in %s", dir, suffix)
	}
	return out, Check(out)
}

// Check says whether policies can be kept and judged by: how many and how large
// they are, and that their names are different. It does not evaluate them.
func Check(policies []Policy) error {
	if len(policies) > maxCount {
		return fmt.Errorf("there are %d policies; there may be up to %d", len(policies), maxCount)
	}
	seen := map[string]bool{}
	for _, p := range policies {
		switch {
		case p.Name == "" || !utf8.ValidString(p.Name) || len(p.Name) > 1000:
			return fmt.Errorf("%q is no name of a policy", p.Name)
		case seen[p.Name]:
			return fmt.Errorf("there are two policies %s", p.Name)
		case len(p.Text) > maxText:
			return fmt.Errorf("the policy %s has %d bytes; a policy may have up to %d", p.Name, len(p.Text), maxText)
		case !utf8.ValidString(p.Text) || strings.ContainsRune(p.Text, 0):
			return fmt.Errorf("the policy %s is no UTF-8 text", p.Name)
		}
		seen[p.Name] = true
	}
	return nil
}
