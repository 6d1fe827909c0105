package cli

import (
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/weirci/weir/server/secret"
)

// secretFlags are where an operator lets the secret sources of teams read.
type secretFlags struct{ files, env []string }

func (s *secretFlags) add(f *pflag.FlagSet) {
	f.StringArrayVar(&s.files, "secret-files", nil, "TEAM=DIRECTORY: where secret sources of type file may read for a team (repeatable)")
	f.StringArrayVar(&s.env, "secret-env", nil, "TEAM=PREFIX: which of this process's variables secret sources of type env may read for a team (repeatable)")
}

func (s *secretFlags) access() (secret.Access, error) {
	var a secret.Access
	var err error
	if a.Files, err = secret.ParseAccess(s.files); err != nil {
		return a, problem("--secret-files: "+err.Error()+".", "Such as --secret-files main=/etc/weir/secrets/main")
	}
	if a.Env, err = secret.ParseAccess(s.env); err != nil {
		return a, problem("--secret-env: "+err.Error()+".", "Such as --secret-env main=WEIR_SECRET_MAIN_")
	}
	for team, dir := range a.Files {
		if a.Files[team], err = filepath.Abs(dir); err != nil {
			return a, err
		}
	}
	return a, nil
}
