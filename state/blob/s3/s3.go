package s3

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/weirci/weir/state/blob"
)

// Store is a bucket, or what is below a prefix in it.
type Store struct {
	client         *minio.Client
	bucket, prefix string
}

var _ blob.Store = (*Store)(nil)

// amazon is where buckets are that name no other place.
const amazon = "https://s3.amazonaws.com"

// Open takes s3://BUCKET/PREFIX?endpoint=URL&region=NAME; all but the bucket may be
// left out. Keys come from where Amazon's tools take them: AWS_ACCESS_KEY_ID and
// AWS_SECRET_ACCESS_KEY, ~/.aws/credentials, or the machine's role. Nothing is
// asked of the bucket yet: see Check.
func Open(where string) (*Store, error) {
	u, err := url.Parse(where)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	if u.Scheme != "s3" || u.Host == "" {
		return nil, fmt.Errorf("%s: want s3://BUCKET/PREFIX?endpoint=URL&region=NAME", u.Redacted())
	}
	for name := range u.Query() {
		if name != "endpoint" && name != "region" {
			return nil, fmt.Errorf("%s: %q is not known, only endpoint and region are", u.Redacted(), name)
		}
	}
	endpoint, err := url.Parse(cmp.Or(u.Query().Get("endpoint"), amazon))
	if err != nil || endpoint.Host == "" || endpoint.Scheme != "https" && endpoint.Scheme != "http" {
		return nil, fmt.Errorf("%s: the endpoint must begin with https:// (or http://)", u.Redacted())
	}
	client, err := minio.New(endpoint.Host, &minio.Options{
		Creds: credentials.NewChainCredentials([]credentials.Provider{
			&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}, &credentials.IAM{},
		}),
		Secure: endpoint.Scheme == "https", Region: u.Query().Get("region"), MaxRetries: 3,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", u.Redacted(), err)
	}
	return &Store{client, u.Host, strings.Trim(u.Path, "/")}, nil
}

// Check says whether the bucket is there and may be read.
func (s *Store) Check(ctx context.Context) error {
	ok, err := s.client.BucketExists(ctx, s.bucket)
	if err == nil && !ok {
		err = fmt.Errorf("there is no bucket %s", s.bucket)
	}
	return err
}

// Put is blob.Store.
func (s *Store) Put(ctx context.Context, key string, data []byte) error {
	_, err := s.client.PutObject(ctx, s.bucket, s.name(key), bytes.NewReader(data), int64(len(data)),
		minio.PutObjectOptions{ContentType: "application/octet-stream", DisableMultipart: true})
	return err
}

// Get is blob.Store.
func (s *Store) Get(ctx context.Context, key string, most int64) ([]byte, error) {
	object, err := s.client.GetObject(ctx, s.bucket, s.name(key), minio.GetObjectOptions{})
	if err != nil {
		return nil, known(err)
	}
	defer func() { _ = object.Close() }()
	data, err := io.ReadAll(io.LimitReader(object, most+1))
	if err != nil {
		return nil, known(err)
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%s is larger than %d bytes", key, most)
	}
	return data, nil
}

// Delete is blob.Store.
func (s *Store) Delete(ctx context.Context, key string) error {
	return s.client.RemoveObject(ctx, s.bucket, s.name(key), minio.RemoveObjectOptions{})
}

func (s *Store) name(key string) string { return path.Join(s.prefix, key) }

func known(err error) error {
	if r := minio.ToErrorResponse(err); r.StatusCode == http.StatusNotFound && r.Code == minio.NoSuchKey {
		return fmt.Errorf("%s: %w", r.Key, blob.ErrNotFound)
	}
	return err
}
