package types

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPrograms(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	for name, tt := range map[string]struct {
		args     []string
		in       string
		code     int
		out, log string // log: a part of it
	}{
		"check":           {[]string{"mock", "check"}, `{"source":{"initial_version":"1"}}`, 0, `[{"version":"1"}]` + "\n", ""},
		"check, none":     {[]string{"mock", "check"}, `{"source":{"no_initial_version":true}}`, 0, "[]\n", ""},
		"in":              {[]string{"mock", "in", dir}, `{"source":{},"version":{"version":"1"}}`, 0, `{"version":{"version":"1"},"metadata":[]}` + "\n", "fetching version: 1"},
		"out":             {[]string{"mock", "out", dir}, `{"source":{},"params":{"version":"2"}}`, 0, `{"version":{"version":"2"},"metadata":[]}` + "\n", "pushing version: 2"},
		"time":            {[]string{"time", "check"}, `{"source":{"interval":"x"}}`, 1, "", "time check: source.interval"},
		"git":             {[]string{"git", "check"}, `{"source":{}}`, 1, "", "git check: source.uri is missing"},
		"in, no version":  {[]string{"mock", "in", dir}, `{"source":{}}`, 1, "", "mock in: the request has no version"},
		"no request":      {[]string{"mock", "check"}, "", 1, "", "reading the request from standard input: EOF"},
		"a bad request":   {[]string{"mock", "check"}, "{", 1, "", "reading the request"},
		"no arguments":    {nil, "", 2, "", "usage:"},
		"no such type":    {[]string{"hg", "check"}, "", 2, "", `no built-in resource type "hg"`},
		"no such program": {[]string{"git", "push"}, "", 2, "", "usage:"},
		"no directory":    {[]string{"git", "in"}, "", 2, "", "usage:"},
		"too much":        {[]string{"git", "check", "x"}, "", 2, "", "usage:"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, log bytes.Buffer
			code := Main(context.Background(), System(&log), tt.args, strings.NewReader(tt.in), &out)
			if code != tt.code || out.String() != tt.out || !strings.Contains(log.String(), tt.log) {
				t.Errorf("exit %d, printed %q, logged %q", code, out.String(), log.String())
			}
		})
	}
	if b, err := os.ReadFile(filepath.Join(dir, "version")); err != nil || string(b) != "1" {
		t.Errorf("in wrote %q, %v", b, err)
	}
}

func TestWaitEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var log bytes.Buffer
	in := strings.NewReader(`{"source":{"check_delay":"1h"}}`)
	if code := Main(ctx, System(&log), []string{"mock", "check"}, in, &log); code != failed {
		t.Errorf("exit %d, %s", code, log.String())
	}
}
