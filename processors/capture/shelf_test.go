package capture

import (
	"encoding/xml"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// shelfFake lists two keys a page, and hands out what it listed unless it was replaced since.
type shelfFake struct {
	t        *testing.T
	objects  map[string]string
	replaced map[string]bool
	refuse   string // an error code for all lists
}

func (f *shelfFake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") || r.Method != "GET" {
		f.t.Errorf("%s %s, authorization %q", r.Method, r.URL, r.Header.Get("Authorization"))
	}
	if key, is := strings.CutPrefix(r.URL.Path, "/holds/"); is && key != "" {
		text, there := f.objects[key]
		if !there || f.replaced[key] && r.Header.Get("If-Match") == `"e1"` {
			s3Fail(w, map[bool]string{true: "PreconditionFailed", false: "NoSuchKey"}[there])
			return
		}
		_, _ = io.WriteString(w, text)
		return
	}
	if f.refuse != "" {
		s3Fail(w, f.refuse)
		return
	}
	q := r.URL.Query()
	type object struct {
		Key, ETag string
		Size      int
	}
	var page struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		IsTruncated           bool
		NextContinuationToken string `xml:",omitempty"`
		Contents              []object
	}
	for _, key := range slices.Sorted(maps.Keys(f.objects)) {
		if !strings.HasPrefix(key, q.Get("prefix")) || key <= q.Get("continuation-token") {
			continue
		}
		if len(page.Contents) == 2 {
			page.IsTruncated, page.NextContinuationToken = true, page.Contents[1].Key
			break
		}
		page.Contents = append(page.Contents, object{key, `"e1"`, len(f.objects[key])})
	}
	w.Header().Set("Content-Type", "application/xml")
	if err := xml.NewEncoder(w).Encode(page); err != nil {
		f.t.Error(err)
	}
}

func openFake(t *testing.T, f *shelfFake) *Shelf {
	t.Helper()
	f.t = t
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	s, err := OpenShelf(t.Context(), AWS{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "secret", Region: "eu-west-2", S3Endpoint: server.URL, PathStyle: true},
		"holds", "job/", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every object below the prefix is listed, over all pages, and read as it was listed.
func TestShelf(t *testing.T) {
	f := &shelfFake{objects: map[string]string{"job/": "", "job/a.json": "1", "job/b/c d.json": "22", "job/é=1.json": "333", "other/x": "4"}}
	s := openFake(t, f)
	got := map[string]string{}
	for o, err := range s.Items(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Get(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil || int64(len(text)) != o.Size {
			t.Errorf("%s: %q of %d bytes, %v", o.Key, text, o.Size, err)
		}
		got[o.Key] = string(text)
	}
	want := maps.Clone(f.objects)
	delete(want, "job/")
	delete(want, "other/x")
	if !maps.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What stands in the way is said with what to do: an object that was replaced since it was listed is never read for it.
func TestShelfRefused(t *testing.T) {
	f := &shelfFake{objects: map[string]string{"job/a": "1", "job/b": "2"}, replaced: map[string]bool{"job/a": true}}
	s := openFake(t, f)
	var items []Item
	for o, err := range s.Items(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, o)
	}
	if _, err := s.Get(t.Context(), items[0]); err == nil || !strings.Contains(err.Error(), "s3://holds/job/a") || !strings.Contains(err.Error(), "replaced") {
		t.Errorf("%v", err)
	}
	delete(f.objects, "job/b")
	if _, err := s.Get(t.Context(), items[1]); err == nil || !strings.Contains(err.Error(), "gone") {
		t.Errorf("%v", err)
	}
	f.refuse = "AccessDenied"
	n := 0
	for _, err := range s.Items(t.Context()) {
		if n++; err == nil || !strings.Contains(err.Error(), "s3:ListBucket") {
			t.Errorf("%v", err)
		}
	}
	if n != 1 {
		t.Errorf("%d answers, want one error", n)
	}
}
