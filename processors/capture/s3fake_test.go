package capture

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// s3Fake answers GET, GetObjectLegalHold and GetObjectRetention in S3's true shapes (API reference). Requests that are
// not signed, or of another bucket than the one it has, fail the test.
type s3Fake struct {
	t   testing.TB
	url string

	mu      sync.Mutex
	objects map[string]*s3Object // by key
	asked   map[string]int       // "GET key", "hold key", "retention key"
}

// s3Object is one key's answers.
type s3Object struct {
	body      string
	stream    int64 // bytes of a synthetic body, instead of body
	etag      string
	version   string   // x-amz-version-id of the answer
	faults    []string // error codes answered first, one a request; the last is repeated if sticky
	sticky    bool
	partial   bool   // answer 206
	broken    bool   // promise more bytes than are sent
	badSum    bool   // a checksum of other bytes
	hold      string // XML, or an error code
	retention string
	gate      chan struct{} // if set, the body's end waits for it
}

const s3Bucket = "hold-bucket"

func newS3(t testing.TB) *s3Fake {
	f := &s3Fake{t: t, objects: map[string]*s3Object{}, asked: map[string]int{}}
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	f.url = srv.URL
	return f
}

func (f *s3Fake) put(key string, o *s3Object) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.objects[key] = o
}

func (f *s3Fake) count(what string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[what]
}

// s3Errors gives each code its status and message.
var s3Errors = map[string]struct {
	status  int
	message string
}{
	"AccessDenied": {403, "Access Denied"}, "NoSuchKey": {404, "The specified key does not exist."}, "NoSuchVersion": {404, "The specified version does not exist."},
	"SlowDown": {503, "Please reduce your request rate."}, "InternalError": {500, "We encountered an internal error. Please try again."},
	"PreconditionFailed": {412, "At least one of the pre-conditions you specified did not hold"}, "MethodNotAllowed": {405, "The specified method is not allowed against this resource."},
	"InvalidObjectState": {403, "The operation is not valid for the object's storage class"}, "InvalidAccessKeyId": {403, "The AWS Access Key Id you provided does not exist in our records."},
	"NoSuchObjectLockConfiguration": {404, "The specified object does not have a ObjectLock configuration"},
	"NotImplemented":                {501, "A header you provided implies functionality that is not implemented."},
	"InvalidRequest":                {400, "Bucket is missing Object Lock Configuration"}, "InvalidRequest2": {400, "Something else is invalid"},
	"ObjectLockConfigurationNotFoundError": {404, "Object Lock configuration does not exist for this bucket"},
}

func s3Fail(w http.ResponseWriter, code string) {
	e := s3Errors[code]
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(e.status)
	_, _ = fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>%s</Message><RequestId>REQ-E</RequestId><HostId>H</HostId></Error>`,
		strings.TrimSuffix(code, "2"), e.message)
}

func (f *s3Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key, ok := strings.CutPrefix(r.URL.Path, "/"+s3Bucket+"/")
	if !ok || r.Method != "GET" || !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") {
		f.t.Errorf("%s %s, authorization %q", r.Method, r.URL, r.Header.Get("Authorization"))
	}
	q := r.URL.Query()
	what := "GET"
	// A client that lets its library ask for gzip is handed unpacked bytes, and hashes what S3 does not hold.
	if got := r.Header.Get("Accept-Encoding"); len(q) == 0 && got != "identity" {
		f.t.Errorf("accept-encoding %q", got)
	}
	for _, sub := range []string{"legal-hold", "retention"} {
		if q.Has(sub) {
			what = sub
		}
	}
	f.mu.Lock()
	f.asked[what+" "+key]++
	o := f.objects[key]
	fault := ""
	if o != nil && what == "GET" && len(o.faults) > 0 {
		fault = o.faults[0]
		if !o.sticky || len(o.faults) > 1 {
			o.faults = o.faults[1:]
		}
	}
	f.mu.Unlock()
	w.Header().Set("X-Amz-Request-Id", "REQ-1")
	switch {
	case o == nil:
		s3Fail(w, "NoSuchKey")
	case what == "legal-hold":
		f.lock(w, o.hold, `<LegalHold><Status>%s</Status></LegalHold>`)
	case what == "retention":
		f.lock(w, o.retention, `<Retention>%s</Retention>`)
	case fault != "":
		s3Fail(w, fault)
	case q.Get("versionId") != "" && o.version != "" && q.Get("versionId") != o.version:
		s3Fail(w, "NoSuchVersion")
	case r.Header.Get("If-Match") != "" && r.Header.Get("If-Match") != `"`+o.etag+`"`:
		s3Fail(w, "PreconditionFailed")
	default:
		f.object(w, r, o)
	}
}

func (f *s3Fake) lock(w http.ResponseWriter, state, form string) {
	if _, isError := s3Errors[state]; isError {
		s3Fail(w, state)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	_, _ = io.WriteString(w, fmt.Sprintf(form, state))
}

func (f *s3Fake) object(w http.ResponseWriter, r *http.Request, o *s3Object) {
	h := w.Header()
	h.Set("ETag", `"`+o.etag+`"`)
	h.Set("Last-Modified", "Wed, 06 May 2026 10:41:07 GMT")
	h.Set("Content-Type", "audio/ogg")
	h.Set("Content-Encoding", "gzip") // as its uploader said; the bytes are what they are
	if o.version != "" {
		h.Set("X-Amz-Version-Id", o.version)
	}
	size := max(int64(len(o.body)), o.stream)
	if o.broken {
		size += 10
	}
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	if o.stream == 0 && r.Header.Get("X-Amz-Checksum-Mode") == "ENABLED" {
		sum := sha256.Sum256([]byte(o.body))
		if o.badSum {
			sum[0] ^= 1
		}
		h.Set("X-Amz-Checksum-Sha256", base64.StdEncoding.EncodeToString(sum[:]))
		h.Set("X-Amz-Checksum-Type", "FULL_OBJECT")
	}
	status := 200
	if o.partial {
		h.Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", size-1, size+5))
		status = 206
	}
	w.WriteHeader(status)
	if o.stream > 0 {
		_, _ = io.Copy(w, io.LimitReader(zeros{}, o.stream))
		return
	}
	half := len(o.body) / 2
	_, _ = io.WriteString(w, o.body[:half])
	if o.gate != nil {
		w.(http.Flusher).Flush()
		select {
		case <-o.gate:
		case <-r.Context().Done():
			return
		}
	}
	_, _ = io.WriteString(w, o.body[half:])
}

// zeros is an endless stream.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }
