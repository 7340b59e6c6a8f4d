package capture

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast.example/schemas"
)

// A job manifest of many rows: every row arrives once, in order, in records within the limits, each with the file's
// hash; one that is no manifest keeps its hash and says so.
func TestInspectManifest(t *testing.T) {
	h, f := newHouse(t), newS3(t)
	var rows []map[string]any
	for i := range 1203 {
		rows = append(rows, map[string]any{"conversation_id": fmt.Sprintf("c-%d", i), "recording_id": fmt.Sprintf("r-%d", i), "recorded_start_time": "2026-05-04T09:15:02.118Z", "note": strings.Repeat("n", i%900)})
	}
	body, _ := json.Marshal(map[string]any{"recordings": rows})
	key := "jobs/10b00000-0000-4000-8000-000000000001.json"
	f.put(key, &s3Object{body: string(body), etag: "e", version: "v", hold: "OFF", retention: "AccessDenied"})
	f.put("jobs/other.json", &s3Object{body: `{"hello":1}`, etag: "e", version: "v", hold: "OFF", retention: "AccessDenied"})
	f.put("jobs/large.json", &s3Object{body: strings.Repeat(" ", 3<<20), etag: "e", version: "v", hold: "OFF", retention: "AccessDenied"})
	for _, k := range []string{key, "jobs/other.json", "jobs/large.json"} {
		h.announce(s3Bucket, k, "v", "e")
	}
	n := inspectConfig()
	n.Manifest = 2 << 20
	h.inspecting(f, n)
	await(t, "a claim", func() bool { return h.tally.count("claimed", "inspections", "one.inspect") > 0 })
	sum := schemas.Hash(sha256.Sum256(body))
	var parts []*schemas.S3Inspection
	codes := map[string]string{}
	for _, r := range h.records(schemas.TopicS3Inspections) {
		i := r.value.(*schemas.S3Inspection)
		if len(r.raw.Value) > recordLimit {
			t.Errorf("a record of %d bytes", len(r.raw.Value))
		}
		if codes[i.Key] = i.ErrorCode; i.Key == key {
			parts = append(parts, i)
			if *i.SHA256 != sum || len(i.Rows) > 500 || i.Outcome != "ok" {
				t.Errorf("part %d: %d rows, %s", i.Part, len(i.Rows), i.Outcome)
			}
		}
	}
	slices.SortFunc(parts, func(a, b *schemas.S3Inspection) int { return int(a.Part - b.Part) })
	at := 0
	for i, p := range parts {
		if int(p.Part) != i || int(p.Parts) != len(parts) || (len(p.Head) > 0) != (i == 0) {
			t.Errorf("part %d of %d, at %d of %d", p.Part, p.Parts, i, len(parts))
		}
		for _, row := range p.Rows {
			want, _ := json.Marshal(rows[at])
			if row.Pointer != fmt.Sprintf("/recordings/%d", at) || !bytes.Equal(row.Json, want) {
				t.Fatalf("row %d: %s %s", at, row.Pointer, row.Json)
			}
			at++
		}
	}
	if at != len(rows) || len(parts) < 3 {
		t.Errorf("%d of %d rows in %d parts", at, len(rows), len(parts))
	}
	if codes["jobs/other.json"] != codeNoManifest || codes["jobs/large.json"] != codeTooLarge || h.tally.count("uncut", codeTooLarge) != 1 {
		t.Errorf("%v %v", codes, h.tally.n)
	}
}

// Rows in, rows out, whatever their sizes: nothing lost, nothing over a limit.
func TestSplitRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows []schemas.Row
		for i, size := range rapid.SliceOfN(rapid.IntRange(0, 400), 0, 60).Draw(t, "sizes") {
			rows = append(rows, schemas.Row{Pointer: fmt.Sprint("/", i), Json: make([]byte, size)})
		}
		limit, first, most := rapid.IntRange(1, 9).Draw(t, "limit"), rapid.IntRange(-5, 400).Draw(t, "first"), rapid.IntRange(30, 400).Draw(t, "most")
		parts, left := split(rows, limit, first, most)
		var got []schemas.Row
		for i, p := range parts {
			size := 0
			for _, r := range p {
				size += len(r.Json) + len(r.Pointer)
			}
			room := most
			if i == 0 {
				room = max(min(first, most), 0)
			}
			if len(p) > limit || size > room {
				t.Fatalf("part %d: %d rows, %d bytes in %d", i, len(p), size, room)
			}
			got = append(got, p...)
		}
		at := 0
		for _, r := range rows {
			if len(r.Json)+len(r.Pointer)+rowMargin > most {
				left--
				continue
			}
			if at >= len(got) || got[at].Pointer != r.Pointer {
				t.Fatalf("row %s is not at %d", r.Pointer, at)
			}
			at++
		}
		if left != 0 || at != len(got) {
			t.Fatalf("left %d, %d of %d rows", left, at, len(got))
		}
	})
}
