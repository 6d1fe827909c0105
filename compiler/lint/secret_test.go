package lint

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// Real tokens stand nowhere, not even here: these are put together.
func TestSecretShapes(t *testing.T) {
	x := strings.Repeat("a1B2", 20)
	for what, text := range map[string]string{
		"a private key":               "-----BEGIN RSA PRIVATE KEY-----\nMII",
		"an AWS access key":           "AKIA" + strings.Repeat("Q7", 8),
		"a GitHub token":              "token ghp_" + x[:36],
		"a GitLab token":              "glpat-" + x[:20],
		"a Slack token":               "xoxb-" + "123456789012-" + x[:12],
		"a Google key":                "AIza" + x[:35],
		"a Stripe key":                "sk_live_" + x[:24],
		"an npm token":                "npm_" + x[:36],
		"a Vault token":               "hvs." + x[:28],
		"a JSON web token":            "eyJ" + x[:20] + ".eyJ" + x[:20] + "." + x[:20],
		"a password in an address":    "postgres://shop:" + "hunter2x@db/shop",
		"the address of a Slack hook": "https://hooks.slack.com/services/T0" + "AB/B0CD/" + x[:20],
	} {
		got, found, ok := secretIn("run", text)
		if !ok || got != what || !strings.Contains(text, found) {
			t.Errorf("%q: %q, %q", text, got, found)
		}
	}
}

func TestSecretNames(t *testing.T) {
	for _, c := range []struct {
		name, text string
		secret     bool
	}{
		{"DB_PASSWORD", "k3JsW9" + "-x2Lp", true},
		{"password", "x", false},
		{"POSTGRES_PASSWORD", "postgres", false},
		{"api_key", "changeme", false},
		{"token", "/run/secrets/token1234", false},
		{"token_url", "abc123def456", false},
		{"PASSWORD", "${DB_PASSWORD_2}", false},
		{"name", "k3JsW9" + "-x2Lp", false},
	} {
		if _, _, ok := secretIn(c.name, c.text); ok != c.secret {
			t.Errorf("%s = %q: %v", c.name, c.text, ok)
		}
	}
}

// What pipelines are full of is no secret.
func TestWhatIsNoSecret(t *testing.T) {
	for _, text := range []string{
		"docker.io/library/golang:1.26@sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
		"9fceb02d0ae598e95dc970b74767f19372d61af8", "550e8400-e29b-41d4-a716-446655440000",
		"https://git.example.com/shop/app.git", "git@github.com:weirci/weir.git", "ssh://git@example.com:2222/app.git",
		"TestHandlerReturnsNotFoundForUnknownPipelines", "go test -run TestServerRestartsAfter30Seconds ./...",
		"github.com/weirci/weir/cmd/internal/cli.version", "aws_secretsmanager_secret_version_stage_2",
		"--build-arg=VERSION=1.2.3-rc.4+20260102", "/var/lib/weir/volumes/3f2a/cache/go-build", "postgres://db:5432/shop",
		"https://user@example.com/x", "$(cat /run/secrets/token)", "Europe/Berlin", "arn:aws:iam::123456789012:role/DeployProduction",
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "KUBERNETES_SERVICE_ACCOUNT_TOKEN_VOLUME_2026",
	} {
		if what, found, ok := secretIn("run", text); ok {
			t.Errorf("%q: %s in %q", found, what, text)
		}
	}
}

// Random keys are found: of a thousand all but a few.
func TestRandomKeys(t *testing.T) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	dice, missed := rand.New(rand.NewPCG(1, 2)), 0
	for range 1000 {
		key := make([]byte, 32)
		for i := range key {
			key[i] = letters[dice.IntN(len(letters))]
		}
		if _, _, ok := secretIn("run", "deploy --key "+string(key)); !ok {
			missed++
		}
	}
	if missed > 50 {
		t.Errorf("%d of 1000 random keys were not found", missed)
	}
}
