package s3_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/weirci/weir/state/blob/blobtest"
	"github.com/weirci/weir/state/blob/s3"
)

// bucket is an S3 server with one bucket; it gives the address of a store in it.
func bucket(t *testing.T) string {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	backend := s3mem.New()
	srv := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(srv.Close)
	if err := backend.CreateBucket("logs"); err != nil {
		t.Fatal(err)
	}
	return "s3://logs/some/where?region=us-east-1&endpoint=" + srv.URL
}

func open(t *testing.T, where string) *s3.Store {
	t.Helper()
	s, err := s3.Open(where)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestContract(t *testing.T) {
	s := open(t, bucket(t))
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	blobtest.Run(t, s)
}

// Two stores with different prefixes in one bucket do not see each other's.
func TestPrefixes(t *testing.T) {
	where := bucket(t)
	one, two := open(t, where), open(t, strings.Replace(where, "some/where", "else", 1))
	if err := one.Put(t.Context(), "k", []byte("one")); err != nil {
		t.Fatal(err)
	}
	if b, err := two.Get(t.Context(), "k", 10); err == nil {
		t.Errorf("got %q", b)
	}
}

func TestNoBucket(t *testing.T) {
	s := open(t, strings.Replace(bucket(t), "//logs", "//other", 1))
	if err := s.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "no bucket other") {
		t.Errorf("got %v", err)
	}
}

func TestAddresses(t *testing.T) {
	for where, want := range map[string]string{
		"s3://bucket":                               "",
		"s3://bucket/a/b?region=eu-west-1":          "",
		"s3://b?endpoint=https://minio.example:90":  "",
		"https://bucket":                            "want s3://BUCKET",
		"s3:///prefix":                              "want s3://BUCKET",
		"s3://b?endpoint=minio.example":             "must begin with https://",
		"s3://b?secret=x":                           `"secret" is not known`,
		"s3://key:hidden@b?endpoint=ftp://a.b&x=yz": "xxxxx",
	} {
		_, err := s3.Open(where)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", where, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hidden")):
			t.Errorf("%s: got %v, want %q", where, err, want)
		}
	}
}
