// Package bucket runs an S3 for the sandbox: versitygw embedded, one bucket with versioning and Object Lock.
//
// The gateway checks signatures, verifies checksums, keeps versions and delete markers and enforces legal holds and
// retention, so what holdfast's inspection reads here is what it would read from S3 in those respects. What the
// gateway does not have is S3's event notifications (its own events are of another shape); the contact centre sends
// true-shaped ones itself.
//
// Invariants:
//
//  1. One gateway a process: it keeps package-level state, so Start refuses a second one while the first lives.
//  2. Everything lies under the directory given; it is a plain tree of files, and removing the directory removes all.
//  3. The bucket has versioning and Object Lock on before Start returns: no object can exist without a version id.
//  4. It listens on the loopback alone, with a key pair made for this start.
//  5. From Start to Stop the process's working directory is the store: the gateway enters it and finds its buckets by
//     paths relative to it. A caller makes its own paths absolute before Start; Stop goes back to where Start was called.
//
// The gateway stores its attributes in user xattrs where the file system has them, else in side-car files.
package bucket

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"

	"holdfast.example/deploy/sandbox/port"
)

// Region is the region the gateway answers for.
const Region = "eu-west-2"

const (
	healthPath     = "/healthz-of-the-sandbox"
	startDeadline  = 20 * time.Second
	maxConnections = 512
	maxParts       = 10000
	concurrency    = 64
)

// Bucket is one running gateway with its one bucket.
type Bucket struct {
	Name      string
	Endpoint  string // http://127.0.0.1:port
	AccessKey string
	SecretKey string

	home   string // the working directory before Start
	client *s3.Client
	cancel context.CancelFunc
	done   chan error
}

// Start runs the gateway over dir and makes the bucket. Until Stop, which ends it, the working directory is the store's
// (invariant 5); where Start fails it is the caller's again.
func Start(ctx context.Context, dir, name string) (_ *Bucket, err error) {
	home, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("find the working directory: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Chdir(home))
		}
	}()
	// The gateway resolves the paths it is given partly before and partly after it enters the store.
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("find the store's folder: %w", err)
	}
	p, err := port.Free()
	if err != nil {
		return nil, err
	}
	store, err := openStore(dir)
	if err != nil {
		return nil, err
	}
	b := &Bucket{
		Name: name, home: home, Endpoint: "http://" + port.Address(p),
		AccessKey: "sandbox" + rand.Text()[:12], SecretKey: rand.Text(),
		done: make(chan error, 1),
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	b.cancel = cancel
	go func() {
		b.done <- embedgw.RunVersityGW(run, store, &embedgw.Config{
			RootUserAccess: b.AccessKey, RootUserSecret: b.SecretKey, Region: Region,
			Ports: []string{port.Address(p)}, HealthPath: healthPath,
			MaxConnections: maxConnections, MaxRequests: maxConnections, MultipartMaxParts: maxParts,
			Quiet: true, KeepAlive: true,
		})
	}()
	b.client = s3.New(s3.Options{
		Region: Region, BaseEndpoint: aws.String(b.Endpoint), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(b.AccessKey, b.SecretKey, ""),
	})
	if err := b.ready(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start the embedded S3: %w", err), b.Stop())
	}
	if err := b.create(ctx); err != nil {
		return nil, errors.Join(err, b.Stop())
	}
	return b, nil
}

func openStore(dir string) (*posix.Posix, error) {
	data, versions := filepath.Join(dir, "data"), filepath.Join(dir, "versions")
	for _, d := range []string{data, versions} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("make the store's folder: %w", err)
		}
	}
	opts := posix.PosixOpts{VersioningDir: versions, Concurrency: concurrency}
	if (meta.XattrMeta{}).Test(data) == nil {
		store, err := posix.New(data, meta.XattrMeta{}, opts)
		if err != nil {
			return nil, fmt.Errorf("open the store at %s: %w", data, err)
		}
		return store, nil
	}
	side := filepath.Join(dir, "sidecar")
	if err := os.MkdirAll(side, 0o700); err != nil {
		return nil, fmt.Errorf("make the store's folder: %w", err)
	}
	cars, err := meta.NewSideCar(side)
	if err != nil {
		return nil, fmt.Errorf("open side-car files at %s: %w", side, err)
	}
	opts.SideCarDir = side
	store, err := posix.New(data, cars, opts)
	if err != nil {
		return nil, fmt.Errorf("open the store at %s: %w", data, err)
	}
	return store, nil
}

// ready waits until the gateway answers or has given up.
func (b *Bucket) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startDeadline)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.Endpoint+healthPath, nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-b.done:
			b.done <- err
			return fmt.Errorf("the gateway ended at once: %w", err)
		case <-ctx.Done():
			return fmt.Errorf("no answer at %s within %v", b.Endpoint, startDeadline)
		case <-tick.C:
		}
	}
}

func (b *Bucket) create(ctx context.Context) error {
	if _, err := b.client.CreateBucket(ctx, &s3.CreateBucketInput{
		Bucket: &b.Name, ObjectLockEnabledForBucket: aws.Bool(true),
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: Region},
	}); err != nil {
		return fmt.Errorf("create bucket %s: %w", b.Name, err)
	}
	out, err := b.client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &b.Name})
	if err != nil {
		return fmt.Errorf("read versioning of bucket %s: %w", b.Name, err)
	}
	if out.Status != types.BucketVersioningStatusEnabled {
		return fmt.Errorf("bucket %s: versioning is %q, not Enabled", b.Name, out.Status)
	}
	return nil
}

// Client returns the SDK's client of this gateway, as the owner.
func (b *Bucket) Client() *s3.Client { return b.client }

// Put stores one object version, under a legal hold if hold says so. The ETag comes without quotes.
func (b *Bucket) Put(ctx context.Context, key string, body []byte, contentType string, hold bool) (version, etag string, err error) {
	in := &s3.PutObjectInput{Bucket: &b.Name, Key: &key, Body: bytes.NewReader(body), ContentType: &contentType}
	if hold {
		in.ObjectLockLegalHoldStatus = types.ObjectLockLegalHoldStatusOn
	}
	out, err := b.client.PutObject(ctx, in)
	if err != nil {
		return "", "", fmt.Errorf("put %s: %w", key, err)
	}
	if aws.ToString(out.VersionId) == "" {
		return "", "", fmt.Errorf("put %s: the answer names no version", key)
	}
	return *out.VersionId, unquote(aws.ToString(out.ETag)), nil
}

// Get reads one object version whole.
func (b *Bucket) Get(ctx context.Context, key, version string) ([]byte, error) {
	out, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.Name, Key: &key, VersionId: &version})
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", key, err)
	}
	defer out.Body.Close()
	return io.ReadAll(out.Body)
}

// Delete removes the newest version's visibility: it adds a delete marker and returns the marker's version id.
func (b *Bucket) Delete(ctx context.Context, key string) (string, error) {
	out, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.Name, Key: &key})
	if err != nil {
		return "", fmt.Errorf("delete %s: %w", key, err)
	}
	return aws.ToString(out.VersionId), nil
}

// Stop ends the gateway, waits for it and goes back to the working directory of before Start.
func (b *Bucket) Stop() error {
	b.cancel()
	select {
	case err := <-b.done:
		// Only now: until it has ended, the gateway finds its files from here.
		back := os.Chdir(b.home)
		if err != nil && !errors.Is(err, context.Canceled) {
			return errors.Join(fmt.Errorf("stop the embedded S3: %w", err), back)
		}
		return back
	case <-time.After(startDeadline):
		return fmt.Errorf("stop the embedded S3: not ended after %v", startDeadline)
	}
}

func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}
