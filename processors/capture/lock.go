package capture

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"holdfast.example/schemas"
)

// lockState asks for legal hold and retention of the version that answered. Both are asked for by name: the headers of
// GET and HEAD leave them out where the caller may not see them, and where there is none, alike. (S3 API reference,
// HeadObject: "returned only if the requester has the s3:GetObjectLegalHold permission".)
func (r *objectReader) lockState(ctx context.Context, t target, version, owner string, rec *schemas.S3Inspection) {
	hold := s3.GetObjectLegalHoldInput{Bucket: aws.String(t.bucket), Key: aws.String(t.key)}
	retention := s3.GetObjectRetentionInput{Bucket: aws.String(t.bucket), Key: aws.String(t.key)}
	if version != "" {
		hold.VersionId, retention.VersionId = aws.String(version), aws.String(version)
	}
	if owner != "" {
		hold.ExpectedBucketOwner, retention.ExpectedBucketOwner = aws.String(owner), aws.String(owner)
	}
	r.asking(ctx, func(ctx context.Context) error {
		out, err := r.api.GetObjectLegalHold(ctx, &hold)
		rec.LegalHold = holdOf(out, err)
		return err
	})
	r.asking(ctx, func(ctx context.Context) error {
		var kept bodyKeeper
		out, err := r.api.GetObjectRetention(ctx, &retention, kept.install)
		rec.RetentionMode, rec.RetainUntil = retentionOf(out, err), ""
		if rec.RetentionMode == schemas.RetentionGovernance || rec.RetentionMode == schemas.RetentionCompliance {
			rec.RetainUntil = kept.retainUntil()
		}
		return err
	})
}

// asking makes one small request, again where that may help.
func (r *objectReader) asking(ctx context.Context, ask func(context.Context) error) {
	backoff := r.cfg.Backoff
	for try := 1; ; try++ {
		one, cancel := context.WithTimeout(ctx, r.cfg.StallLimit)
		err := ask(one)
		cancel()
		if err == nil || try == r.cfg.Attempts || ctx.Err() != nil {
			return
		}
		v := judge(err)
		if !v.again() {
			return
		}
		r.observer.Retried(v.outcome)
		wait(ctx, jittered(backoff))
		backoff *= 2
	}
}

// unlocked reports whether an error of a lock-state call is S3's way to say that there is none. Only what says so in
// so many words counts (W4):
//
//   - NoSuchObjectLockConfiguration (S3: 404; versitygw: 400): the bucket has Object Lock, this version carries none.
//   - ObjectLockConfigurationNotFoundError (404): the bucket has no Object Lock, so no version in it can carry one.
//   - InvalidRequest "Bucket is missing Object Lock Configuration" (400): the same, as S3 says it to these two calls.
//     InvalidRequest is also the code of other mistakes, so the text decides; should S3 word it anew, the answer
//     becomes UNKNOWN, which is the safe side.
//
// All of these are answered to a permitted caller only. AccessDenied, MethodNotAllowed, NotImplemented, a version that
// is gone meanwhile, throttling, no answer: UNKNOWN.
func unlocked(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	switch api.ErrorCode() {
	case "NoSuchObjectLockConfiguration", "ObjectLockConfigurationNotFoundError":
		return true
	case "InvalidRequest":
		return strings.Contains(api.ErrorMessage(), "missing Object Lock Configuration")
	}
	return false
}

// holdOf reads an answer to GetObjectLegalHold. A 200 that names neither state, which moto gives, says nothing.
func holdOf(out *s3.GetObjectLegalHoldOutput, err error) string {
	switch {
	case err != nil && unlocked(err):
		return schemas.HoldOff
	case err != nil, out == nil, out.LegalHold == nil:
		return schemas.HoldUnknown
	case out.LegalHold.Status == types.ObjectLockLegalHoldStatusOn:
		return schemas.HoldOn
	case out.LegalHold.Status == types.ObjectLockLegalHoldStatusOff:
		return schemas.HoldOff
	}
	return schemas.HoldUnknown
}

// retentionOf reads an answer to GetObjectRetention.
func retentionOf(out *s3.GetObjectRetentionOutput, err error) string {
	switch {
	case err != nil && unlocked(err):
		return schemas.RetentionNone
	case err != nil, out == nil, out.Retention == nil:
		return schemas.RetentionUnknown
	case out.Retention.Mode == types.ObjectLockRetentionModeGovernance:
		return schemas.RetentionGovernance
	case out.Retention.Mode == types.ObjectLockRetentionModeCompliance:
		return schemas.RetentionCompliance
	}
	return schemas.RetentionUnknown
}

// bodyKeeper is an HTTP client that keeps the answer's bytes: the SDK turns RetainUntilDate into a time and forgets
// with which precision it was written.
type bodyKeeper struct {
	next s3.HTTPClient
	body []byte
}

func (k *bodyKeeper) install(o *s3.Options) { k.next, o.HTTPClient = o.HTTPClient, k }

// Do is the client's; at most lockBodyLimit bytes of the answer are read.
func (k *bodyKeeper) Do(req *http.Request) (*http.Response, error) {
	res, err := k.next.Do(req)
	if err != nil {
		return res, err
	}
	defer res.Body.Close()
	k.body, err = io.ReadAll(io.LimitReader(res.Body, lockBodyLimit))
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(k.body))
	return res, nil
}

func (k *bodyKeeper) retainUntil() string {
	var answer struct {
		RetainUntilDate string `xml:"RetainUntilDate"`
	}
	if xml.Unmarshal(k.body, &answer) != nil {
		return ""
	}
	return clipTo(strings.TrimSpace(answer.RetainUntilDate), 64)
}
