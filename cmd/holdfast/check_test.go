package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// transcript is a command in a page and what it prints.
var transcript = regexp.MustCompile(`(?s)<!-- holdfast (check [^\n]*?) -->\n(.*?)<!-- end -->`)

// At stake: a reader who tries what the page shows sees what the page shows. UPDATE_STORIES=1 writes it anew.
func TestCheckPage(t *testing.T) {
	t.Chdir("../..")
	page, err := os.ReadFile("docs/CHECK.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	told := transcript.ReplaceAllFunc(page, func(b []byte) []byte {
		n++
		m := transcript.FindSubmatch(b)
		var out, errs bytes.Buffer
		code := start(t.Context(), strings.Fields(string(m[1])), &out, &errs)
		if code != exitDifferent || errs.Len() > 0 {
			t.Errorf("%s: exit %d, %s", m[1], code, &errs)
		}
		return []byte("<!-- holdfast " + string(m[1]) + " -->\n```\n$ holdfast " + string(m[1]) + "\n" + out.String() + "```\n<!-- end -->")
	})
	if n != 2 {
		t.Errorf("%d commands in the page, want 2", n)
	}
	if bytes.Equal(told, page) {
		return
	}
	if os.Getenv("UPDATE_STORIES") == "" {
		t.Error("docs/CHECK.md does not show what the commands print: UPDATE_STORIES=1 go test ./cmd/holdfast -run CheckPage, and read what changed")
		return
	}
	if err := os.WriteFile("docs/CHECK.md", told, 0o644); err != nil {
		t.Fatal(err)
	}
}

// An export in a bucket is judged as one in a folder is, with the credentials that are configured.
func TestCheckBucket(t *testing.T) {
	folder := map[string]string{}
	for _, name := range []string{"export/job-1.json", "export/job-2.json", "export/job-3.json", "evidence/events.ndjson", "evidence/recordings.json"} {
		b, err := os.ReadFile("../../docs/stories/a/" + name)
		if err != nil {
			t.Fatal(err)
		}
		folder["case 17/"+name] = string(b)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/") {
			t.Errorf("%s %s by %q", r.Method, r.URL, r.Header.Get("Authorization"))
		}
		if text, there := folder[strings.TrimPrefix(r.URL.Path, "/holds/")]; there {
			_, _ = io.WriteString(w, text)
			return
		}
		_, _ = io.WriteString(w, `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>`)
		for _, key := range slices.Sorted(maps.Keys(folder)) {
			if strings.HasPrefix(key, r.URL.Query().Get("prefix")) {
				_, _ = fmt.Fprintf(w, `<Contents><Key>%s</Key><Size>%d</Size><ETag>"e"</ETag></Contents>`, key, len(folder[key]))
			}
		}
		_, _ = io.WriteString(w, `</ListBucketResult>`)
	}))
	defer server.Close()
	for name, value := range map[string]string{"S3_ENDPOINT": server.URL, "PATH_STYLE": "true", "REGION": "eu-west-2", "ACCESS_KEY_ID": "AKIAEXAMPLE", "SECRET_ACCESS_KEY": "secret"} {
		t.Setenv("HOLDFAST_CAPTURE_AWS_"+name, value)
	}
	var out, errs bytes.Buffer
	code := start(t.Context(), []string{"check", "s3://holds/case 17/export/", "--evidence", "s3://holds/case 17/evidence/"}, &out, &errs)
	if code != exitDifferent || errs.Len() > 0 || !strings.Contains(out.String(), "+720.000 s") || !strings.Contains(out.String(), "s3://holds/case 17/export/job-3.json: 48 entries") {
		t.Errorf("exit %d\n%s\n%s", code, &errs, &out)
	}
}
