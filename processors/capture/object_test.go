package capture

import (
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"holdfast.example/schemas"
)

// reader is an objectReader as a worker has it.
func (h *house) reader(f *s3Fake, n Inspect) *objectReader {
	cfg := h.config()
	cfg.Inspect = &n
	cfg = cfg.withDefaults()
	ins, err := newInspector(cfg, f.client(), h.pub, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(ins.client.Close)
	return ins.reader()
}

// What a GET answered is a fact, whatever it answered; and only a whole body makes a hash.
func TestInspectOutcomes(t *testing.T) {
	h, f := newHouse(t), newS3(t)
	r := h.reader(f, inspectConfig())
	r.cfg.StallLimit = 300 * time.Millisecond
	stuck := make(chan struct{})
	t.Cleanup(func() { close(stuck) })
	good := func() *s3Object {
		return &s3Object{body: "0123456789", etag: "e1", version: "v1", hold: "OFF", retention: "NoSuchObjectLockConfiguration"}
	}
	with := func(change func(*s3Object)) *s3Object { o := good(); change(o); return o }
	for _, c := range []struct {
		name    string
		object  *s3Object
		version string
		etag    string
		outcome string
		code    string
		status  int32
		gets    int
	}{
		{"ok", good(), "v1", "e1", "ok", "", 200, 1},
		{"unpinned", good(), "", "e1", "ok", "", 200, 1},
		{"changed", good(), "", "e0", "changed", "PreconditionFailed", 412, 1},
		{"version gone", good(), "v0", "", "missing", "NoSuchVersion", 404, 1},
		{"missing", nil, "v1", "", "missing", "NoSuchKey", 404, 1},
		{"delete marker", with(func(o *s3Object) { o.faults, o.sticky = []string{"MethodNotAllowed"}, true }), "v1", "", "missing", "MethodNotAllowed", 405, 1},
		{"denied", with(func(o *s3Object) { o.faults, o.sticky = []string{"AccessDenied"}, true }), "v1", "", "denied", "AccessDenied", 403, 1},
		{"wrong key", with(func(o *s3Object) { o.faults, o.sticky = []string{"InvalidAccessKeyId"}, true }), "v1", "", "denied", "InvalidAccessKeyId", 403, 1},
		{"archived", with(func(o *s3Object) { o.faults, o.sticky = []string{"InvalidObjectState"}, true }), "v1", "", "failed", "InvalidObjectState", 403, 1},
		{"throttled", with(func(o *s3Object) { o.faults, o.sticky = []string{"SlowDown"}, true }), "v1", "", "throttled", "SlowDown", 503, 4},
		{"throttled once", with(func(o *s3Object) { o.faults = []string{"SlowDown"} }), "v1", "", "ok", "", 200, 2},
		{"broken server", with(func(o *s3Object) { o.faults, o.sticky = []string{"InternalError"}, true }), "v1", "", "failed", "InternalError", 500, 4},
		{"partial", with(func(o *s3Object) { o.partial = true }), "v1", "", "failed", codePartial, 206, 1},
		{"cut off", with(func(o *s3Object) { o.broken = true }), "v1", "", "failed", codeBroken, 200, 4},
		{"other bytes", with(func(o *s3Object) { o.badSum = true }), "v1", "", "failed", codeChecksum, 200, 4},
		{"stalled", with(func(o *s3Object) { o.gate = stuck }), "v1", "", "timeout", codeStalled, 200, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			key := strings.ReplaceAll(c.name, " ", "-")
			if c.object != nil {
				f.put(key, c.object)
			}
			rec, _, err := r.inspect(context.Background(), target{sourceID: "s", bucket: s3Bucket, key: key, version: c.version, etag: c.etag, role: schemas.RoleMedia})
			if err != nil {
				t.Fatal(err)
			}
			if rec.Outcome != c.outcome || rec.ErrorCode != c.code || rec.Status != c.status || rec.RequestID == "" {
				t.Errorf("%s %q %d request %q, want %s %q %d", rec.Outcome, rec.ErrorCode, rec.Status, rec.RequestID, c.outcome, c.code, c.status)
			}
			if n := f.count("GET " + key); n != c.gets {
				t.Errorf("asked %d times, want %d", n, c.gets)
			}
			if rec.Pinned != (c.version != "") || rec.VersionID != c.version {
				t.Errorf("pinned %v %q", rec.Pinned, rec.VersionID)
			}
			if c.outcome != "ok" {
				if rec.SHA256 != nil || rec.Size != -1 || len(rec.Head) != 0 || rec.LegalHold != "UNKNOWN" || rec.RetentionMode != "UNKNOWN" {
					t.Errorf("a failed inspection says something of the object: %+v", rec)
				}
				return
			}
			sum := schemas.Hash(sha256.Sum256([]byte("0123456789")))
			if *rec.SHA256 != sum || rec.Size != 10 || rec.ETag != "e1" || rec.LastModified != "Wed, 06 May 2026 10:41:07 GMT" || rec.ContentType != "audio/ogg" ||
				!strings.HasPrefix(rec.Checksum, "SHA256:") || rec.ChecksumType != "FULL_OBJECT" || string(rec.Head) != "0123456789" || len(rec.Tail) != 0 {
				t.Errorf("%+v", rec)
			}
		})
	}
}

// Nobody may make us read what is not configured, or a key no store has.
func TestInspectAsksOnlyConfiguredBuckets(t *testing.T) {
	h, f := newHouse(t), newS3(t)
	r := h.reader(f, inspectConfig())
	for _, c := range []struct{ bucket, key, outcome, code string }{
		{"other-bucket", "k", "denied", codeBucket}, {s3Bucket, strings.Repeat("k", 1025), "failed", codeKey}, {s3Bucket, "a\xff", "failed", codeKey}, {s3Bucket, "", "failed", codeKey},
	} {
		rec, _, err := r.inspect(context.Background(), target{bucket: c.bucket, key: c.key})
		if err != nil || rec.Outcome != c.outcome || rec.ErrorCode != c.code || rec.Status != 0 {
			t.Errorf("%v: %+v, %v", c, rec, err)
		}
		if _, err := schemas.Append(nil, withTransport(rec)); err != nil {
			t.Errorf("%v: %v", c, err)
		}
	}
	if len(f.asked) != 0 {
		t.Errorf("asked %v", f.asked)
	}
}

func withTransport(rec schemas.S3Inspection) *schemas.S3Inspection {
	rec.Transport = schemas.Transport{Kind: schemas.TransportInspection, Auth: schemas.AuthIAM}
	return &rec
}

// W4: absent permission is UNKNOWN. An IAM change must never look like a hold that was lifted.
func TestInspectLockStateIsThreeValued(t *testing.T) {
	h, f := newHouse(t), newS3(t)
	r := h.reader(f, inspectConfig())
	compliance := "<Mode>COMPLIANCE</Mode><RetainUntilDate>2033-05-04T00:00:00.000Z</RetainUntilDate>"
	for i, c := range []struct{ hold, retention, wantHold, wantMode, until string }{
		{"ON", compliance, "ON", "COMPLIANCE", "2033-05-04T00:00:00.000Z"},
		{"OFF", "<Mode>GOVERNANCE</Mode><RetainUntilDate>2033-05-04T00:00:00Z</RetainUntilDate>", "OFF", "GOVERNANCE", "2033-05-04T00:00:00Z"},
		{"NoSuchObjectLockConfiguration", "NoSuchObjectLockConfiguration", "OFF", "NONE", ""},
		{"ObjectLockConfigurationNotFoundError", "ObjectLockConfigurationNotFoundError", "OFF", "NONE", ""},
		{"InvalidRequest", "InvalidRequest", "OFF", "NONE", ""},
		{"InvalidRequest2", "InvalidRequest2", "UNKNOWN", "UNKNOWN", ""},
		{"AccessDenied", "AccessDenied", "UNKNOWN", "UNKNOWN", ""},
		{"NotImplemented", "NotImplemented", "UNKNOWN", "UNKNOWN", ""},
		{"NoSuchVersion", "MethodNotAllowed", "UNKNOWN", "UNKNOWN", ""},
		{"SlowDown", "InternalError", "UNKNOWN", "UNKNOWN", ""},
		{"", "", "UNKNOWN", "UNKNOWN", ""}, // 200 that says nothing, as moto answers
		{"MAYBE", "<Mode>MAYBE</Mode>", "UNKNOWN", "UNKNOWN", ""},
	} {
		key := fmt.Sprint("k", i)
		f.put(key, &s3Object{body: "x", etag: "e", version: "v", hold: c.hold, retention: c.retention})
		rec, _, err := r.inspect(context.Background(), target{bucket: s3Bucket, key: key, version: "v"})
		if err != nil || rec.Outcome != "ok" || rec.LegalHold != c.wantHold || rec.RetentionMode != c.wantMode || rec.RetainUntil != c.until {
			t.Errorf("%v: %s %s %q, %v", c, rec.LegalHold, rec.RetentionMode, rec.RetainUntil, err)
		}
	}
}

// Memory must not grow with an object: a screen recording has gigabytes, and eight are read at once.
func TestInspectMemoryIsFlat(t *testing.T) {
	h, f := newHouse(t), newS3(t)
	r := h.reader(f, inspectConfig())
	read := func(size int64) (allocated, live uint64) {
		key := fmt.Sprint("z", size)
		f.put(key, &s3Object{stream: size, etag: "e", version: "v", hold: "OFF", retention: "AccessDenied"})
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		rec, _, err := r.inspect(context.Background(), target{bucket: s3Bucket, key: key, version: "v"})
		if err != nil || rec.Size != size || len(rec.Tail) != 64<<10 {
			t.Fatalf("%d bytes of %d, %s: %v", rec.Size, size, rec.ErrorCode, err)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc, after.Sys - before.Sys
	}
	small, _ := read(1 << 20)
	large := int64(1 << 30)
	if testing.Short() {
		large = 64 << 20
	}
	much, grown := read(large)
	t.Logf("allocated in all: %d B for 1 MiB, %d B for %d MiB; taken from the system meanwhile: %d B", small, much, large>>20, grown)
	// TotalAlloc counts every allocation ever made meanwhile, so it bounds the peak. The fake serves in this process.
	if much > small+(4<<20) {
		t.Errorf("%d bytes allocated for %d MiB, %d for 1 MiB", much, large>>20, small)
	}
}
