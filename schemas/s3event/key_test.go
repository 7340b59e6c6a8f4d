package s3event

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast.example/schemas"
)

// unnamed is what a key says that says nothing; placed, what one in the template's folders says.
var unnamed = Key{Role: schemas.RoleOther}

func placed(role, recording, ext string) Key {
	return Key{org, conv, recording, role, ext, "2026-05-04T09"}
}

var keys = []struct {
	key  string
	want Key
}{
	{media, placed("media", rec, "opus")},
	{folder + rec + ".OPUS", placed("media", rec, "opus")},
	{folder + rec + ".zip_metadata.json", placed("metadata", rec, "zip")},
	{folder + conv + "-50000000-0000-4000-8000-0000000000c0.transcript.json", placed("transcript", "", "json")},
	{"legal/2026/" + media, placed("media", rec, "opus")},
	{strings.Replace(media, "month=5/day=4/hour=9", "month=05/day=04/hour=09", 1), placed("media", rec, "opus")},
	{strings.TrimPrefix(media, org+"/"), Key{"", conv, rec, "media", "opus", "2026-05-04T09"}},

	// Folder values that make no hour cost the hour, never the ids.
	{strings.Replace(media, "month=5", "month=13", 1), Key{org, conv, rec, "media", "opus", ""}},
	{strings.Replace(media, "day=4", "day=32", 1), Key{org, conv, rec, "media", "opus", ""}},
	{strings.Replace(media, "hour=9", "hour=24", 1), Key{org, conv, rec, "media", "opus", ""}},
	{strings.Replace(media, "hour=9", "hour=", 1), Key{org, conv, rec, "media", "opus", ""}},
	{strings.Replace(media, "hour=9", "hour=009", 1), Key{org, conv, rec, "media", "opus", ""}},
	{strings.Replace(media, "year=2026", "year=26", 1), Key{org, conv, rec, "media", "opus", ""}},
	{strings.Replace(media, "month=5/day=4", "month=2/day=29", 1), Key{org, conv, rec, "media", "opus", ""}},

	// Ids that are none.
	{strings.Replace(media, org, "my org", 1), Key{"", conv, rec, "media", "opus", "2026-05-04T09"}},
	{strings.Replace(media, conv, "a b", 1), Key{org, "", rec, "media", "opus", "2026-05-04T09"}},
	{strings.Replace(media, conv, "", 1), Key{org, "", rec, "media", "opus", "2026-05-04T09"}},
	{strings.Replace(media, conv, strings.Repeat("c", 129), 1), Key{org, "", rec, "media", "opus", "2026-05-04T09"}},
	{strings.Replace(media, conv, "...", 1), Key{org, "", rec, "media", "opus", "2026-05-04T09"}},
	{folder + "call with John.opus", placed("other", "", "")},
	{folder + ".opus", placed("other", "", "")},
	{folder + "...opus", placed("other", "", "")},
	{folder + "noextension", placed("other", "", "")},
	{folder + rec + ".", placed("other", "", "")},
	{folder + rec + ".a-b", placed("other", "", "")},
	{folder + rec + "." + strings.Repeat("x", 17), placed("other", "", "")},
	{folder + "é.opus", placed("other", "", "")},

	// JSON that lies in a conversation's folder and is none of ours.
	{folder + rec + "_call_metadata.json", placed("other", "", "")},
	{folder + "_metadata.json", placed("other", "", "")},
	{folder + rec + ".json", placed("other", "", "")},
	{folder + "manifest.json", placed("other", "", "")},
	{folder + "00000000-0000-4000-8000-000000000002-50000000.transcript.json", placed("other", "", "")},
	{folder + conv + "-.transcript.json", placed("other", "", "")},
	{"conversation_id=x/manifest.json", unnamed},

	// Manifests and what only looks like one.
	{"manifest.json", Key{Role: "manifest", Ext: "json"}},
	{"jobs/10b00000/rows.ndjson", Key{Role: "manifest", Ext: "ndjson"}},
	{"jobs/10b00000/rows.NDJSON", Key{Role: "manifest", Ext: "ndjson"}},
	{"jobs/rows.csv", unnamed},
	{"x/" + conv + "-5.transcript.json", unnamed},
	{"flat/" + rec + ".opus_metadata.json", Key{RecordingID: rec, Role: "metadata", Ext: "opus"}},
	{"flat/" + rec + ".opus", unnamed},

	// Folders out of order, missing, or only alike.
	{strings.Replace(media, "year=2026/month=5", "month=5/year=2026", 1), unnamed},
	{strings.Replace(media, "/hour=9", "", 1), unnamed},
	{strings.Replace(media, "conversation_id=", "conversationId=", 1), unnamed},
	{folder + "more/" + rec + ".opus", unnamed},
	{strings.ReplaceAll(media, "=", "%3D"), unnamed},

	// Paths that are another object to somebody's path library, and what S3 itself cannot hold.
	{"", unnamed},
	{"/" + media, unnamed},
	{folder, unnamed},
	{strings.Replace(media, "/year", "//year", 1), unnamed},
	{strings.Replace(media, org, "..", 1), unnamed},
	{"../" + media, unnamed},
	{"./manifest.json", unnamed},
	{folder + "..", unnamed},
	{strings.Repeat("p/", 500) + media, unnamed},
}

// The key is all that tells which conversation a recording belongs to before anybody has read it. An id taken from
// where none stands joins a stranger's recording to a case.
func TestParseKey(t *testing.T) {
	for _, c := range keys {
		if got := ParseKey(c.key); got != c.want {
			t.Errorf("ParseKey(%q)\n got %+v\nwant %+v", c.key, got, c.want)
		}
	}
}

// A key built by the template is read back to the parts it was built of, whatever they are.
func TestKeyRoundTrip(t *testing.T) {
	id := rapid.StringMatching(`[A-Za-z0-9_:-][A-Za-z0-9_.:-]{0,60}`)
	rapid.Check(t, func(t *rapid.T) {
		o, c, r := id.Draw(t, "organization"), id.Draw(t, "conversation"), id.Draw(t, "recording")
		ext := rapid.SampledFrom([]string{"opus", "wav", "zip", "eml", "webm"}).Draw(t, "ext")
		hourText := rapid.SampledFrom([]string{"year=2026/month=5/day=4/hour=9", "year=2026/month=05/day=04/hour=09"}).Draw(t, "hour")
		key := rapid.StringMatching(`([a-z]{1,8}/){0,3}`).Draw(t, "prefix") + o + "/" + hourText + "/conversation_id=" + c + "/" + r + "." + ext
		if got := ParseKey(key); got != (Key{o, c, r, schemas.RoleMedia, ext, "2026-05-04T09"}) {
			t.Fatalf("ParseKey(%q) = %+v", key, got)
		}
		if got := ParseKey(key + metadataSuffix); got != (Key{o, c, r, schemas.RoleMetadata, ext, "2026-05-04T09"}) {
			t.Fatalf("ParseKey(%q) = %+v", key+metadataSuffix, got)
		}
	})
}

// decodeKey against the standard library's reading of the same rule.
func TestDecodeKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`([a-z/=+ ]|%[0-9A-Fa-f]{2}|%|é)*`).Draw(t, "key")
		want, err := url.QueryUnescape(s)
		got, reason := decodeKey(s)
		if (err == nil) != (reason == "") || err == nil && got != want {
			t.Fatalf("decodeKey(%q) = %q, %q; want %q, %v", s, got, reason, want, err)
		}
	})
	if got, _ := decodeKey("red+flower/year%3D2026"); got != "red flower/year=2026" {
		t.Errorf("got %q", got)
	}
}

// Ids go into topics, paths and leaves, so nothing but their alphabet may come out, whatever goes in.
func FuzzParseKey(f *testing.F) {
	for _, key := range []string{
		"", media, folder, folder + rec + ".zip_metadata.json", "manifest.json", "../" + media, "//", folder + "...opus",
		strings.Replace(media, "month=5", "month=--", 1), "conversation_id=\x00/\xff.json", folder + conv + "-5.transcript.json",
	} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		k := ParseKey(key)
		for _, id := range []string{k.OrganizationID, k.ConversationID, k.RecordingID} {
			if id != "" && (!isID(id) || !strings.Contains(key, id)) {
				t.Fatalf("ParseKey(%q) = %+v", key, k)
			}
		}
		switch k.Role {
		case schemas.RoleMedia, schemas.RoleMetadata:
			if k.RecordingID == "" || k.Ext == "" {
				t.Fatalf("ParseKey(%q) = %+v", key, k)
			}
		case schemas.RoleTranscript, schemas.RoleManifest, schemas.RoleOther:
			if k.RecordingID != "" {
				t.Fatalf("ParseKey(%q) = %+v", key, k)
			}
		default:
			t.Fatalf("ParseKey(%q) = %+v", key, k)
		}
		if len(k.Hour) != 0 && len(k.Hour) != len("2026-05-04T09") {
			t.Fatalf("ParseKey(%q) = %+v", key, k)
		}
	})
}

func BenchmarkParseKey(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if ParseKey(media).RecordingID == "" {
			b.Fatal("no recording")
		}
	}
}
