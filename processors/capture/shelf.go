package capture

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Shelf is the objects below a prefix of a bucket, for who reads an export where it lies, once. It belongs to no feed:
// nothing is written down of it.
type Shelf struct {
	bucket, prefix string
	api            *s3.Client
}

// Item is one object of a shelf as it was listed.
type Item struct {
	Key  string
	Size int64
	etag string
}

// OpenShelf makes no request yet: what is wrong with credentials or bucket shows at the first. The prefix may be empty.
func OpenShelf(ctx context.Context, a AWS, bucket, prefix string, log *slog.Logger) (*Shelf, error) {
	conf, err := a.load(ctx, log)
	if err != nil {
		return nil, fmt.Errorf("%w: aws: %w", ErrConfig, err)
	}
	return &Shelf{bucket: bucket, prefix: prefix, api: storeOf(a, conf)}, nil
}

// storeOf is a client for the store that is configured.
func storeOf(a AWS, conf aws.Config) *s3.Client {
	return s3.NewFromConfig(conf, func(o *s3.Options) {
		if a.S3Endpoint != "" {
			o.BaseEndpoint = aws.String(a.S3Endpoint)
		}
		o.UsePathStyle = a.PathStyle
	})
}

// Items lists the objects in the order of their keys (ListObjectsV2), folders' markers left out. An error ends it.
func (s *Shelf) Items(ctx context.Context) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		pages := s3.NewListObjectsV2Paginator(s.api, &s3.ListObjectsV2Input{Bucket: aws.String(s.bucket), Prefix: aws.String(s.prefix)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(Item{}, s.explain("list", s.prefix, err))
				return
			}
			for _, o := range page.Contents {
				item := Item{Key: aws.ToString(o.Key), Size: aws.ToInt64(o.Size), etag: aws.ToString(o.ETag)}
				if strings.HasSuffix(item.Key, "/") && item.Size == 0 {
					continue
				}
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// Get reads an object. It is refused if it is no longer the one that was listed.
func (s *Shelf) Get(ctx context.Context, o Item) (io.ReadCloser, error) {
	in := &s3.GetObjectInput{Bucket: aws.String(s.bucket), Key: aws.String(o.Key)}
	if o.etag != "" {
		in.IfMatch = aws.String(o.etag)
	}
	out, err := s.api.GetObject(ctx, in)
	if err != nil {
		return nil, s.explain("read", o.Key, err)
	}
	return out.Body, nil
}

// shelfAdvice says what to do about S3's own error codes.
var shelfAdvice = map[string]string{
	"NoSuchBucket":       "the bucket does not exist; check its name",
	"NoSuchKey":          "the object is gone since it was listed; check again",
	"PreconditionFailed": "the object was replaced since it was listed; check again",
	"AccessDenied":       "the credentials may not read it; allow s3:ListBucket on the bucket and s3:GetObject on what is in it",
	"InvalidObjectState": "the object lies in an archive class; restore it first",
}

func (s *Shelf) explain(verb, key string, err error) error {
	return fmt.Errorf("%s s3://%s/%s: %s: %w", verb, s.bucket, key, adviceFor(err, shelfAdvice), err)
}
