package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// post sends a request as a forge does: post CODE PATH FILE [NAME=VALUE…] with
// headers. {SIGNATURE} in one is that of the file, signed with the secret that
// scripts may name.
func post(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: post CODE PATH FILE [NAME=VALUE…]")
	}
	body := ts.ReadFile(args[2])
	mac := hmac.New(sha256.New, []byte(secretInFile))
	mac.Write([]byte(body))
	req, err := http.NewRequest(http.MethodPost, shared.row("server")+args[1], strings.NewReader(body))
	ts.Check(err)
	for _, h := range args[3:] {
		name, value, _ := strings.Cut(h, "=")
		req.Header.Set(name, strings.ReplaceAll(value, "{SIGNATURE}", hex.EncodeToString(mac.Sum(nil))))
	}
	res, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s\n", said)
	if fmt.Sprint(res.StatusCode) != args[0] {
		ts.Fatalf("%s: %s: %s", args[1], res.Status, said)
	}
}
