package server_test

import (
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/weirci/weir/state/postgres/pgtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction(pgtest.Leak),
		goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}

func contains(err error, says string) bool {
	return err != nil && strings.Contains(err.Error(), says)
}
