package capture

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"holdfast.example/schemas"
	"holdfast.example/schemas/s3event"
)

var (
	errStalled   = errors.New("no byte within the stall limit")
	errTimeLimit = errors.New("not done within the time limit")
)

// target is one object version to be read.
type target struct {
	sourceID     string
	conversation string
	bucket       string
	key          string
	version      string // empty: the notification named none
	etag         string // empty: likewise
	role         string
}

// targetOf reads a notification. skip says why nothing is asked: unreadable or not-created.
func targetOf(value []byte) (t target, skip string) {
	rec, err := schemas.Decode(value)
	if err != nil {
		return target{}, "unreadable"
	}
	note, ok := rec.(*schemas.S3Notification)
	if !ok {
		return target{}, "unreadable"
	}
	var found s3event.Notification
	if note.Raw == nil {
		if note.Fields == nil {
			return target{}, "unreadable"
		}
		found, err = s3event.FromFields(note.Fields)
		if err != nil {
			return target{}, "unreadable"
		}
	} else {
		m, err := s3event.Parse(note.Raw)
		if err != nil || note.Index < 0 || int(note.Index) >= len(m.Notifications) {
			return target{}, "unreadable"
		}
		found = m.Notifications[note.Index]
	}
	if found.Fact.Action != schemas.ActionCreated {
		return target{}, "not-created"
	}
	f := found.Fact
	return target{sourceID: clip(note.SourceID), conversation: found.ConversationID, bucket: f.Bucket, key: f.Key, version: f.VersionID, etag: f.ETag, role: f.Role}, ""
}

// pinned reports whether the version is named. The null version of a bucket without versioning, or with versioning
// suspended, can be overwritten in place: its name pins nothing.
func (t target) pinned() bool { return t.version != "" && t.version != "null" }

// objectReader asks S3. One goroutine uses it.
type objectReader struct {
	api       *s3.Client
	cfg       *Inspect
	owners    map[string]string // of the configured buckets: the expected owner, may be empty
	manifests chan struct{}     // one manifest is held in memory at a time, over all readers
	digester  *digester
	observer  Observer
}

// inspect reads one object version and its lock state. The answer is a fact whatever it is; the error is ctx's alone,
// and then nothing is known. whole is a manifest's bytes, to be cut.
//
// The lock state is asked for only where the bytes were read: of an object that is not there, or whose reading was
// denied, an unpinned question could be answered for another version.
func (r *objectReader) inspect(ctx context.Context, t target) (rec schemas.S3Inspection, whole []byte, err error) {
	began := time.Now()
	rec = schemas.S3Inspection{SourceID: t.sourceID, ConversationID: t.conversation, Bucket: clip(t.bucket), Key: clipTo(t.key, keyLimit),
		VersionID: clipTo(t.version, keyLimit), Pinned: t.pinned(), Outcome: schemas.OutcomeDenied, Size: -1,
		LegalHold: schemas.HoldUnknown, RetentionMode: schemas.RetentionUnknown, Rows: []schemas.Row{}, Parts: 1}
	owner, configured := r.owners[t.bucket]
	switch {
	case !configured:
		rec.ErrorCode = codeBucket
	case len(t.key) > keyLimit || t.key == "" || !utf8.ValidString(t.key):
		rec.Outcome, rec.ErrorCode = schemas.OutcomeFailed, codeKey
	default:
		whole, err = r.body(ctx, t, owner, &rec)
	}
	rec.ReceivedMS = time.Now().UnixMilli()
	if err == nil {
		r.observer.Inspected(rec.Outcome, max(rec.Size, 0), time.Since(began))
	}
	return rec, whole, err
}

// body reads the object, again where that may help, then asks for its lock state.
func (r *objectReader) body(ctx context.Context, t target, owner string, rec *schemas.S3Inspection) ([]byte, error) {
	if t.role == schemas.RoleManifest {
		select {
		case r.manifests <- struct{}{}:
			defer func() { <-r.manifests }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	var whole []byte
	var answered string // the version that answered
	backoff := r.cfg.Backoff
	for try := 1; ; try++ {
		got, v := r.get(ctx, t, owner, rec)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		rec.Outcome, rec.ErrorCode, rec.Status, rec.RequestID = v.outcome, v.code, v.status, v.request
		if v.outcome == schemas.OutcomeOK {
			whole, answered = got.whole, got.version
			break
		}
		if !v.again() || try == r.cfg.Attempts {
			return nil, nil
		}
		r.observer.Retried(v.outcome)
		wait(ctx, jittered(backoff))
		backoff = min(2*backoff, 30*time.Second)
	}
	if answered == "" {
		answered = t.version
	}
	r.lockState(ctx, t, answered, owner, rec)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if t.role == schemas.RoleManifest {
		if whole == nil {
			rec.ErrorCode = codeTooLarge
		}
		return whole, nil
	}
	if t.role == schemas.RoleMetadata {
		rec.Body = whole
	}
	return nil, nil
}

// got is what an answer says beside the record's fields.
type got struct {
	whole   []byte
	version string
}

// get is one GET of the whole object. Only a 200 whose body was read to its end fills the record.
func (r *objectReader) get(ctx context.Context, t target, owner string, rec *schemas.S3Inspection) (got, verdict) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	limit := time.AfterFunc(r.cfg.TimeLimit, func() { cancel(errTimeLimit) })
	defer limit.Stop()
	stall := time.AfterFunc(r.cfg.StallLimit, func() { cancel(errStalled) })
	defer stall.Stop()

	in := &s3.GetObjectInput{Bucket: aws.String(t.bucket), Key: aws.String(t.key), ChecksumMode: types.ChecksumModeEnabled}
	if owner != "" {
		in.ExpectedBucketOwner = aws.String(owner)
	}
	if t.version != "" {
		in.VersionId = aws.String(t.version)
	}
	if !t.pinned() && t.etag != "" {
		in.IfMatch = aws.String(`"` + t.etag + `"`)
	}
	out, err := r.api.GetObject(ctx, in)
	if err != nil {
		return got{}, judge(cause(ctx, err))
	}
	defer out.Body.Close()
	header := rawHeader(out)
	request := clip(header.Get("X-Amz-Request-Id"))
	status := int32(http.StatusOK)
	if raw, ok := awsmiddleware.GetRawResponse(out.ResultMetadata).(*smithyhttp.Response); ok {
		status = int32(raw.StatusCode)
	}
	if status != http.StatusOK {
		return got{}, verdict{outcome: schemas.OutcomeFailed, code: codePartial, status: status, request: request}
	}
	expect := int64(-1)
	if out.ContentLength != nil {
		expect = *out.ContentLength
	}
	sum, err := r.digester.read(&alive{r: out.Body, timer: stall, limit: r.cfg.StallLimit}, r.hold(t.role), expect)
	if err != nil {
		return got{}, judgeBody(cause(ctx, err), status, request)
	}
	rec.ETag, rec.Size, rec.SHA256 = clip(strings.Trim(aws.ToString(out.ETag), `"`)), sum.size, &sum.sum
	rec.LastModified, rec.ContentType = clipTo(header.Get("Last-Modified"), 64), clip(header.Get("Content-Type"))
	rec.Checksum, rec.ChecksumType = checksumOf(out)
	rec.Head, rec.Tail = sum.head, sum.tail
	return got{whole: sum.whole, version: aws.ToString(out.VersionId)}, verdict{outcome: schemas.OutcomeOK, status: status, request: request}
}

// hold is how many bytes of an object are kept whole.
func (r *objectReader) hold(role string) int64 {
	switch role {
	case schemas.RoleMetadata:
		return int64(r.cfg.Body)
	case schemas.RoleManifest:
		return r.cfg.Manifest
	}
	return 0
}

// cause returns why we ourselves ended a request, if we did; else err.
func cause(ctx context.Context, err error) error {
	if c := context.Cause(ctx); c != nil && ctx.Err() != nil {
		return c
	}
	return err
}

// alive pushes a deadline on while bytes come.
type alive struct {
	r     io.Reader
	timer *time.Timer
	limit time.Duration
}

func (a *alive) Read(b []byte) (int, error) {
	n, err := a.r.Read(b)
	if n > 0 {
		a.timer.Reset(a.limit)
	}
	return n, err
}

func rawHeader(out *s3.GetObjectOutput) http.Header {
	if raw, ok := awsmiddleware.GetRawResponse(out.ResultMetadata).(*smithyhttp.Response); ok && raw.Response != nil {
		return raw.Header
	}
	return http.Header{}
}

// checksumOf returns S3's own checksum as ALGORITHM:base64 and its type. An object has one; were there more, the
// strongest is kept.
func checksumOf(out *s3.GetObjectOutput) (value, kind string) {
	for _, c := range []struct {
		name  string
		value *string
	}{
		{"SHA512", out.ChecksumSHA512}, {"SHA256", out.ChecksumSHA256}, {"SHA1", out.ChecksumSHA1}, {"CRC64NVME", out.ChecksumCRC64NVME},
		{"CRC32C", out.ChecksumCRC32C}, {"CRC32", out.ChecksumCRC32}, {"XXHASH128", out.ChecksumXXHASH128},
		{"XXHASH64", out.ChecksumXXHASH64}, {"XXHASH3", out.ChecksumXXHASH3}, {"MD5", out.ChecksumMD5},
	} {
		if s := aws.ToString(c.value); s != "" {
			return c.name + ":" + clip(s), clip(string(out.ChecksumType))
		}
	}
	return "", ""
}
