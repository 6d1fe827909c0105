package module_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirci/weir/lang/module"
)

func TestParse(t *testing.T) {
	digest := "sha256:" + strings.Repeat("ab", 32)
	for text, want := range map[string]module.Source{
		"./modules/service":                    module.Directory{Path: "./modules/service"},
		"..":                                   module.Directory{Path: ".."},
		"git::https://git.example.com/a/b.git": module.Git{URL: "https://git.example.com/a/b.git"},
		"git::https://git.example.com/a/b.git//x/y?ref=v1.2.0":    module.Git{URL: "https://git.example.com/a/b.git", Dir: "x/y", Ref: "v1.2.0"},
		"git::https://git.example.com:8443/b.git//x/?ref=a/b-c":   module.Git{URL: "https://git.example.com:8443/b.git", Dir: "x", Ref: "a/b-c"},
		"git::ssh://git@git.example.com/b.git?ref=main":           module.Git{URL: "ssh://git@git.example.com/b.git", Ref: "main"},
		"git::ssh://git@git.example.com:2222/b.git//x":            module.Git{URL: "ssh://git@git.example.com:2222/b.git", Dir: "x"},
		"git::file:///srv/b.git//x":                               module.Git{URL: "file:///srv/b.git", Dir: "x"},
		"oci://registry.example.com/modules/service:1.0.0":        module.OCI{Repository: "registry.example.com/modules/service", Tag: "1.0.0"},
		"oci://localhost:5000/service:1.0.0//dir":                 module.OCI{Repository: "localhost:5000/service", Tag: "1.0.0", Dir: "dir"},
		"oci://registry.example.com/service":                      module.OCI{Repository: "registry.example.com/service"},
		"oci://registry.example.com/service@" + digest + "//a/b/": module.OCI{Repository: "registry.example.com/service", Digest: digest, Dir: "a/b"},
	} {
		got, fault := module.Parse(text)
		if fault != nil || got != want {
			t.Errorf("%s: %#v, %v", text, got, fault)
			continue
		}
		if r, ok := got.(module.Remote); ok { // what is printed means the same
			if again, fault := module.Parse(fmt.Sprint(r)); fault != nil || again != got {
				t.Errorf("%s is printed as %s: %v", text, r, fault)
			}
			if whole, fault := module.Parse(r.Package()); fault != nil || whole.(module.Remote).Subdir() != "" {
				t.Errorf("%s is of the package %s: %v", text, r.Package(), fault)
			}
		}
	}
}

// What is wrong is said, and what was meant where that is clear.
func TestParseFaults(t *testing.T) {
	for text, want := range map[string]struct{ says, instead string }{
		"":                                            {"A source is a directory", ""},
		"a b":                                         {"white space", ""},
		"./a\u200bb":                                  {"cannot be seen", ""},
		`.\a`:                                         {"of no kind", ""},
		`./a\b`:                                       {"written with /", "./a/b"},
		"hashicorp/x":                                 {"of no kind", ""},
		"https://git.example.com/a.git?ref=v1":        {"of no kind", "git::https://git.example.com/a.git?ref=v1"},
		"git@git.example.com:a/b.git//x?ref=v1":       {"of no kind", "git::ssh://git@git.example.com/a/b.git//x?ref=v1"},
		"git::git@git.example.com:a/b.git":            {"none", "git::ssh://git@git.example.com/a/b.git"},
		"github.com/owner/repo/modules/x?ref=v1":      {"of no kind", "git::https://github.com/owner/repo.git//modules/x?ref=v1"},
		"git::":                                       {"begins with https://", ""},
		"git::ftp://x/y":                              {"begins with https://", ""},
		"git::https://user:secret@h/x.git":            {"stored and shown in clear", ""},
		"git::https://user@h/x.git":                   {"Leave the user out", ""},
		"git::https:///x.git":                         {"names no host", ""},
		"git::https://h":                              {"names no repository", ""},
		"git::file://srv/x.git":                       {"three slashes", ""},
		"git::https://h/x.git#v1":                     {"no #", ""},
		"git::https://h/x.git?depth=1":                {"nothing else", ""},
		"git::https://h/x.git?ref=":                   {"no tag, branch or commit", ""},
		"git::https://h/x.git?ref=v1//dir":            {"stands before ?ref=", ""},
		"git::https://h/x.git?ref=-upload":            {"no tag, branch or commit", ""},
		"git::https://h/x.git?ref=a..b":               {"no tag, branch or commit", ""},
		"git::https://h/x.git//../../etc":             {"leads out of it", ""},
		"git::https://h/x.git//a/%2e%2e/%2e%2e/etc":   {"leads out of it", ""},
		"oci://service:1.0":                           {"host of a registry", ""},
		"oci://registry.example.com/UPPER:1":          {"cannot be in a registry", ""},
		"oci://registry.example.com/x:1//../y":        {"leads out of it", ""},
		"git::https://h/" + strings.Repeat("x", 2000): {"2000 are allowed", ""},
	} {
		got, fault := module.Parse(text)
		if fault == nil {
			t.Errorf("%q is taken for %#v", text, got)
			continue
		}
		if !strings.Contains(fault.Detail, want.says) || fault.Instead != want.instead {
			t.Errorf("%q: %q, instead %q", text, fault.Detail, fault.Instead)
		}
		if strings.Contains(fault.Error(), "secret") {
			t.Errorf("%q: the password is in %q", text, fault)
		}
		if fault.Instead != "" {
			if _, again := module.Parse(fault.Instead); again != nil {
				t.Errorf("%q: instead %q: %v", text, fault.Instead, again)
			}
		}
	}
}
