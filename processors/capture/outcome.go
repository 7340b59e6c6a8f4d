package capture

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"holdfast.example/schemas"
)

// Error codes of our own, beside S3's.
const (
	codeBucket       = "bucket-not-configured" // no request was made
	codeKey          = "key-invalid"           // no request was made: longer than S3 allows, or no UTF-8
	codePartial      = "partial-content"       // 206 though nothing partial was asked: not all bytes were seen
	codeBroken       = "body-broken"           // the body ended early, or reading it failed
	codeChecksum     = "checksum-mismatch"     // the bytes are not those S3 has a checksum of
	codeStalled      = "stalled"               // no byte within StallLimit
	codeTimeLimit    = "time-limit"            // not done within TimeLimit
	codeConnection   = "connection"            // no answer
	codeUnauthorized = "no-credentials"        // none were found, so no request was made
	codeTooLarge     = "manifest-too-large"    // hashed, not cut
	codeNoManifest   = "manifest-unreadable"   // hashed, not cut: its content is no manifest
	codeLongRow      = "manifest-row-too-large"
)

// verdict is how one request ended, when not well.
type verdict struct {
	outcome string
	code    string
	status  int32
	request string // x-amz-request-id
}

// again reports whether the same request may end otherwise in a moment.
func (v verdict) again() bool {
	switch v.outcome {
	case schemas.OutcomeThrottled, schemas.OutcomeTimeout:
		return true
	case schemas.OutcomeFailed:
		return (v.status == 0 && v.code != codeUnauthorized) || v.status >= 500 || v.code == codeBroken || v.code == codeChecksum
	}
	return false
}

// judge names the outcome of a failed request. Codes: S3 API reference, "Error responses".
func judge(err error) verdict {
	var v verdict
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) {
		v.status, v.request = int32(answer.HTTPStatusCode()), clip(answer.ServiceRequestID())
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		v.code = clip(api.ErrorCode())
	}
	switch {
	case errors.Is(err, errStalled):
		v.outcome, v.code = schemas.OutcomeTimeout, codeStalled
	case errors.Is(err, errTimeLimit), errors.Is(err, context.DeadlineExceeded):
		v.outcome, v.code = schemas.OutcomeTimeout, codeTimeLimit
	case v.status == 0:
		v.outcome, v.code = schemas.OutcomeFailed, codeConnection
		if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
			v.outcome, v.code = schemas.OutcomeTimeout, codeConnection
		}
		if strings.Contains(err.Error(), "get identity") {
			v.code = codeUnauthorized
		}
	// Archived objects (GLACIER, DEEP_ARCHIVE) answer 403 InvalidObjectState: nobody denied anything.
	case v.code == "InvalidObjectState":
		v.outcome = schemas.OutcomeFailed
	case v.status == http.StatusForbidden, v.status == http.StatusUnauthorized:
		v.outcome = schemas.OutcomeDenied
	// The version named is a delete marker: 405 with x-amz-delete-marker. There are no bytes.
	case v.status == http.StatusNotFound, v.status == http.StatusMethodNotAllowed, v.status == http.StatusGone:
		v.outcome = schemas.OutcomeMissing
	case v.status == http.StatusPreconditionFailed:
		v.outcome = schemas.OutcomeChanged
	case v.status == http.StatusServiceUnavailable, v.status == http.StatusTooManyRequests, v.code == "SlowDown":
		v.outcome = schemas.OutcomeThrottled
	case v.status == http.StatusRequestTimeout, v.status == http.StatusGatewayTimeout:
		v.outcome = schemas.OutcomeTimeout
	default:
		v.outcome = schemas.OutcomeFailed
	}
	if v.code == "" { // an answer without a body, as proxies and HEAD give
		v.code = "http-" + strconv.Itoa(int(v.status))
	}
	return v
}

// judgeBody names the outcome of a body that could not be read to its end; the status was 200.
func judgeBody(err error, status int32, request string) verdict {
	v := verdict{outcome: schemas.OutcomeFailed, code: codeBroken, status: status, request: request}
	timeout := net.Error(nil)
	switch {
	case errors.Is(err, errStalled):
		v.outcome, v.code = schemas.OutcomeTimeout, codeStalled
	case errors.Is(err, errTimeLimit):
		v.outcome, v.code = schemas.OutcomeTimeout, codeTimeLimit
	case errors.Is(err, io.ErrUnexpectedEOF):
	case errors.As(err, &timeout) && timeout.Timeout():
		v.outcome = schemas.OutcomeTimeout
	// The SDK's own check of S3's checksum has no exported error.
	case strings.Contains(err.Error(), "checksum did not match"):
		v.code = codeChecksum
	}
	return v
}

// clip makes a foreign header value fit a record: UTF-8, bounded.
func clip(s string) string { return clipTo(s, fieldLimit) }

func clipTo(s string, limit int) string {
	return strings.ToValidUTF8(s[:min(limit, len(s))], "?")
}
