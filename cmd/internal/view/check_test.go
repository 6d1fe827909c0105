package view

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

func TestCheckLog(t *testing.T) {
	code, at := int32(1), timestamppb.New(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	for want, c := range map[string]*weirv1.LastCheckResponse{
		"no check is remembered: they are for some minutes\n":                          {},
		"check of 2026-01-02 03:04:05Z: unplaced\n":                                    {Status: "unplaced", CreatedAt: at},
		"check of 2026-01-02 03:04:05Z on w1: exit code 1\n    one\n    \\x1b[2Jtwo\n": {Status: "exited", ExitCode: &code, Worker: "w1", CreatedAt: at, Log: "one\r\n\x1b[2Jtwo"},
		"check of 2026-01-02 03:04:05Z on w1: lost: its worker stopped answering\n":    {Status: "lost", Worker: "w1", CreatedAt: at, Message: "its worker stopped answering"},
	} {
		var b strings.Builder
		CheckLog(&b, c)
		if b.String() != want {
			t.Errorf("%q, want %q", b.String(), want)
		}
	}
}
