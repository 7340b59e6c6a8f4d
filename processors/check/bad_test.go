package check

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas/exhibit"
)

func utf16le(text string) string {
	b := []byte("\xFF\xFE")
	for _, u := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

// bomb is an archive of one entry of zeros that unpacks to n bytes.
func bomb(t testing.TB, n int64) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("zeros.json")
	if err == nil {
		_, err = io.CopyN(w, zeros{}, n)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// overlapping is an archive whose directory names one entry's bytes many times.
func overlapping(t testing.TB) string {
	t.Helper()
	noise := make([]byte, 40_000)
	rand.NewChaCha8([32]byte{}).Read(noise) // what deflate makes no shorter
	text := []byte(zipped(t, map[string]string{"a": string(noise)}))
	end := bytes.LastIndex(text, []byte("PK\x05\x06"))
	from := int(binary.LittleEndian.Uint32(text[end+16:]))
	one := bytes.Clone(text[from:end])
	out := bytes.Clone(text[:from])
	for i := range 200 {
		e := bytes.Clone(one)
		e[46] = byte('A' + i%26)
		binary.LittleEndian.PutUint16(e[28:], 2) // two letters
		e = append(append(e[:47:47], byte('A'+i/26)), e[47:]...)
		out = append(out, e...)
	}
	tail := bytes.Clone(text[end:])
	binary.LittleEndian.PutUint16(tail[8:], 200)
	binary.LittleEndian.PutUint16(tail[10:], 200)
	binary.LittleEndian.PutUint32(tail[12:], uint32(len(out)-from))
	return string(append(out, tail...))
}

// locked is an archive whose entry says that it is encrypted.
func locked(t testing.TB) string {
	t.Helper()
	text := []byte(zipped(t, map[string]string{"a": "x"}))
	text[6] |= 1
	text[bytes.Index(text, []byte("PK\x01\x02"))+8] |= 1
	return string(text)
}

func nested(t testing.TB, depth int, name, text string) string {
	for range depth {
		text, name = zipped(t, map[string]string{name: text}), "deeper.zip"
	}
	return text
}

// At stake: what is wrong with a file is said at that file, in a word that helps, and costs the good ones beside it
// nothing. Nothing passes in silence: a file that ought to have been judged and was not makes the answer incomplete.
func TestBadFiles(t *testing.T) {
	good := row(conv, rec, 0, 1_200_000)
	bare := func(start, end string) string {
		return fmt.Sprintf(`{"conversation_id":%q,"recording_id":"r2","start_time":%s,"end_time":%s}`, other, start, end)
	}
	hooked := hook(other, "customer.start", cust, "", 0)
	deep := strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	large := bomb(t, 257<<20)
	for _, c := range []struct {
		name, text string
		at         string // the file of which it is said, where it is another
		says       string // in its reason or one of its refusals
		unread     bool
	}{
		{"empty", "", "", "empty", false},
		{"of nothing known", "Dear all,\nhello\n", "", "no kind", false},
		{"JSON of nothing known", `{"a":1}`, "", "no kind", false},
		{"cut off manifest", page("j", good)[:120], "", "", true},
		{"cut off lines", good + "\n" + good[:40], "", "", true},
		{"cut off metadata", metadata(other, "r2", 0, 9)[:150], "", "", true},
		{"cut off event", hooked[:len(hooked)-9], "", "", true},
		{"cut off versions", `{"Versions":[{"Key":"k","VersionId":"v","ETag":"e","LastModified":"2026-05-06T10:41:07+00:00"},{"Key`, "", "", true},
		{"UTF-16", utf16le(page("j", good)), "", "UTF-8", true},
		{"UTF-16 table", utf16le("conversation_id,start_time\n"), "", "UTF-8", true},
		{"latin-1 in a table", "conversation_id,recording_id,start_time,provider\n" + other + ",r2,2026-05-04T09:00:00Z,caf\xe9\n", "", "UTF-8", true},
		{"latin-1 in JSON", `{"recordings":[{"conversation_id":"` + other + `","recording_id":"r2","provider":"caf` + "\xe9" + `"}]}`, "", "UTF-8", true},
		{"mark before JSON", "\xEF\xBB\xBF" + page("j", good), "", "byte order mark", true},
		{"gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00", "", "unpack", true},
		{"semicolons", "conversation_id;recording_id;start_time\n" + other + ";r2;2026-05-04T09:00:00Z\n", "", "commas", true},
		{"a cell too many", "conversation_id,recording_id\n" + other + ",r2,what\n", "", "3 cells under 2 columns", true},
		{"a quote that does not end", "conversation_id,recording_id\n" + other + ",\"r2\n", "", "quote", true},
		{"10,000 deep", deep, "", "", false},
		{"10,000 deep in a row", `[{"conversation_id":"` + other + `","recording_id":"r2","x":` + deep + `}]`, "", "deep", true},
		{"10,000 deep in an event", strings.Replace(hooked, `"mediaType"`, `"x":`+deep+`,"mediaType"`, 1), "", "deep", true},
		{"an enormous value in a row", `[{"conversation_id":"` + other + `","recording_id":"r2","x":"` + strings.Repeat("x", 3<<20) + `"}]`, "", "bytes", true},
		{"an enormous value in metadata", strings.Replace(metadata(other, "r2", 0, 9), `"initialDirection":"`, `"initialDirection":"`+strings.Repeat("x", 3<<20), 1), "", "bytes", true},
		{"an enormous cell", "conversation_id,recording_id,x\n" + other + ",r2," + strings.Repeat("x", 3<<20) + "\n", "", "bytes", true},
		{"an enormous number", strings.Replace(page("j", good), `"start_time":"`, `"duration_ms":`+strings.Repeat("9", 4000)+`,"start_time":"`, 1), "", "number", true},
		{"a row without ids", page("j", `{"start_time":"2026-05-04T09:00:00Z"}`, good), "", "named", true},
		{"a row without a conversation", page("j", `{"recording_id":"r2","start_time":"2026-05-04T09:00:00Z"}`, good), "", "names no conversation", true},
		{"an id that is none", page("j", bare(`"2026-05-04T09:00:00Z"`, `null`), `{"conversation_id":"a b","recording_id":"r"}`), "", "id", true},
		{"a row that is none", `[` + good + `,7]`, "", "object", true},
		{"two names that differ", page("j", `{"conversation_id":"`+other+`","recording_id":"r2","start_time":"2026-05-04T09:00:00Z","startTime":"2026-05-04T10:00:00Z"}`), "", "another value", true},
		{"the same name twice", page("j", `{"conversation_id":"`+other+`","recording_id":"r2","recording_id":"r3"}`), "", "second name", true},
		{"a time that cannot be read", page("j", bare(`"soon"`, `"2026-05-04T09:00:00Z"`)), "", "start_time", true},
		{"a time that does not exist", page("j", bare(`"2026-02-30T09:00:00Z"`, `null`)), "", "start_time", true},
		{"a time in seconds", page("j", bare(`1777885200`, `null`)), "", "start_time", true},
		{"an event's time that cannot be read", strings.Replace(hook(conv, "user.start", ag1, "", 0), fmt.Sprint(nine), `"soon"`, 1), "", "eventTime", true},
		{"an event without a session", strings.Replace(hook(conv, "user.start", "5x", "", 0), `"sessionId":"5x",`, "", 1), "", "names no session", true},
		{"an event that contradicts itself", strings.Replace(hooked, `"conversationId":"`+other, `"conversationId":"`+conv, 1), "", "topicName", true},
		{"analytics with a time that cannot be read", strings.Replace(analytics(conv), `"segmentStart":"2026`, `"segmentStart":"26`, 1), "", "segmentStart", true},
		{"an answer with a time that cannot be read", `{"id":"` + rec + `","conversationId":"` + conv + `","fileState":"AVAILABLE","creationTime":"x"}`, "", "creationTime", true},
		{"an answer with a plan that cannot be read", `{"id":"` + rec + `","conversationId":"` + conv + `","fileState":"AVAILABLE","deleteDate":"never"}`, "", "deleteDate", false},
		{"a contradicting row", page("j", row(conv, rec, 5000, 1_200_000)), "", "other times", true},
		{"the same row again", page("j", good), "", "", false},
		{"no archive", "PK\x03\x04rest", "", "ZIP", true},
		{"an archive cut off", zipped(t, map[string]string{"a": good})[:60], "", "", true},
		{"an archive of nothing", zipped(t, nil), "", "without files", false},
		{"an archive with a bad entry", zipped(t, map[string]string{"a": "\xFF\xFEx\x00"}), "x/a", "UTF-8", true},
		{"a zip bomb", large, "", "unpacks to more", true},
		{"a zip bomb in an archive", zipped(t, map[string]string{"in.zip": large}), "x/in.zip", "unpacks to more", true},
		{"minutes of silence in an archive", zipped(t, map[string]string{"a.json": page("j", good), "b.wav": "RIFF\x24\x00\x00\x00WAVE" + strings.Repeat("\x00", 4<<20)}), "x/a.json", "", false},
		{"overlapping entries", overlapping(t), "", "packed bytes", true},
		{"an encrypted entry", locked(t), "", "encrypted", true},
		{"an entry that leads out", zipped(t, map[string]string{"../a": good}), "", "leads out", true},
		{"an entry twice but for case", zipped(t, map[string]string{"a": good, "A": good}), "", "already", true},
		{"archives four deep", nested(t, 4, "r", good), "x/deeper.zip/deeper.zip/deeper.zip/r", "", false},
		{"archives five deep", nested(t, 5, "r", good), "x/deeper.zip/deeper.zip/deeper.zip/deeper.zip", "unpack", true},
		{"sound with a broken header", "RIFF\xff\xff\xff\xffWAVE", "", "", false},
		{"a mail that never ends its header", "Date: x\r\nFrom: a\r\n" + strings.Repeat("X: y\r\n", 100_000), "", "", true},
		{"a transcript with a message that cannot be read", `[{"id":"m","timestamp":"soon","purpose":"customer","messageText":"x"}]`, "", "no message", true},
	} {
		for _, how := range []string{"export", "evidence"} {
			export, evidence := memory{"m": page("j", good)}, memory{"e": ends(conv, cust, 0, 1_200_000)}
			if how == "export" {
				export["x"] = c.text
			} else {
				evidence["x"] = c.text
			}
			r := judged(t, export, evidence, Options{})
			at := "x"
			if c.at != "" {
				at = c.at
			}
			f := fileOf(t, r, at)
			told := f.Reason
			for _, refusal := range f.Refusals {
				told += "; " + refusal.Place + ": " + refusal.Reason
			}
			notOurs := how == "evidence" && told == notJudged // an export's file among the evidence
			unread := c.unread || how == "export" && f.Kind == exhibit.Unknown && strings.ContainsAny(c.text[:min(1, len(c.text))], "{[")
			if !notOurs && (f.Unread != unread || !strings.Contains(told, c.says) || f.Unread && told == "") || told == "" && f.Facts == 0 {
				t.Errorf("%s among the %s: a %s, %d facts, unread %v, %q; want unread %v and %q", c.name, how, f.Kind, f.Facts, f.Unread, told, unread, c.says)
			}
			if strings.HasPrefix(f.Reason, ":") || strings.Contains(f.Reason, "%!") {
				t.Errorf("%s: the reason %q is no sentence", c.name, f.Reason)
			}
			if f.Unread != (r.Summary.Unread > 0) || f.Unread && r.Summary.Exit() != 2 {
				t.Errorf("%s: %d files unread, exit %d", c.name, r.Summary.Unread, r.Summary.Exit())
			}
			found := false
			for got := range r.Recordings() {
				found = found || got.ID == rec && (got.Verdict.Shape == attribute.Aligned || c.name == "a contradicting row" || c.name == "a time that cannot be read" && got.Judged())
			}
			if !found && !strings.Contains(c.name, "event's time") && !strings.Contains(c.name, "analytics") {
				t.Errorf("%s among the %s: the good recording is no longer judged: %+v", c.name, how, r.Summary)
			}
		}
	}
}

// Where a table quotes what needs quoting, nothing of it is lost.
func TestTable(t *testing.T) {
	text := "\xEF\xBB\xBFconversation_id,recording_id,start_time,end_time,provider,note\r\n" +
		conv + "," + rec + ",2026-05-04T09:00:00.000Z,2026-05-04T09:20:00.000Z,\"a, \"\"b\"\"; c\",\"one\r\ntwo\nthree\"\r\n" +
		other + ",r2,2026-05-04T09:00:00.000Z,,,\r\n"
	r := judged(t, memory{"t": text}, memory{"e": ends(conv, cust, 0, 1_200_000) + ends(other, cust, 0, 9)}, Options{})
	all := recordings(r)
	if len(all) != 2 || all[0].Verdict.Shape != attribute.Aligned || all[1].Verdict.Shape != attribute.Aligned || r.Summary.Exit() != 0 {
		t.Fatalf("%+v", r.Summary)
	}
	if f := fileOf(t, r, "t"); f.Kind != exhibit.Manifest || f.Form != exhibit.Table || f.Facts != 2 || f.Refused != 0 {
		t.Errorf("%+v", f)
	}
	if got := r.Cohorts[1].Key.Provider; got != `a, "b"; c` {
		t.Errorf("provider %q", got)
	}
}

// At stake: a time without a zone is never taken for UTC, and an end before the start is a finding and no crash.
func TestBadTimes(t *testing.T) {
	events := memory{"e": ends(conv, cust, 0, 1_200_000)}
	for _, c := range []struct {
		name, start, end string
		shape            attribute.Shape
		lack             Lack
		exit             int
	}{
		{"zone-less", "2026-05-04 09:00:00.000", "2026-05-04 09:20:00.000", attribute.NotComparable, LackZone, 2},
		{"zone-less, an hour off", "2026-05-04 10:00:00.000", "2026-05-04 10:20:00.000", attribute.NotComparable, LackZone, 2},
		{"end before start", "2026-05-04T09:20:00.000Z", "2026-05-04T09:00:00.000Z", attribute.Mixture, "", 1},
		{"start is end", "2026-05-04T09:20:00.000Z", "2026-05-04T09:20:00.000Z", attribute.Degenerate, "", 1},
		{"the zone at one end alone", "2026-05-04 09:00:00.000", "2026-05-04T09:20:00.000Z", attribute.Aligned, "", 0},
		{"whole seconds", "2026-05-04T09:00:00Z", "2026-05-04T09:20:00Z", attribute.Aligned, "", 0},
		{"another zone", "2026-05-04T14:30:00.000+05:30", "2026-05-04T09:20:00.000-00:00", attribute.Aligned, "", 0},
		{"the far past", "0001-01-01T00:00:00Z", "0001-01-01T00:00:01Z", attribute.NotComparable, LackTimes, 2},
		{"the far future", "9999-12-31T23:39:59Z", "9999-12-31T23:59:59Z", attribute.Translation, "", 1},
	} {
		r := judged(t, memory{"m": page("j", fmt.Sprintf(`{"conversation_id":%q,"recording_id":%q,"start_time":%q,"end_time":%q}`, conv, rec, c.start, c.end))}, events, Options{})
		got := only(t, r)
		if got.Verdict.Shape != c.shape || got.Lack != c.lack || r.Summary.Exit() != c.exit {
			t.Errorf("%s: %s, lacks %q, exit %d %v; want %s, %q, %d", c.name, got.Verdict.Shape, got.Lack, r.Summary.Exit(), r.Files[0].Refusals, c.shape, c.lack, c.exit)
		}
	}
}
