package check

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas"
	"holdfast.example/schemas/exhibit"
)

// At stake: evidence of every kind is found by what is in it, and what it says arrives where causes are weighed. A reader
// that is not wired would show as a cause that can never be tested.
func TestEveryKind(t *testing.T) {
	export, evidence := world()
	r := judged(t, export, evidence, Options{})
	seen := map[exhibit.Kind]bool{}
	for i := range r.Files {
		f := &r.Files[i]
		seen[f.Kind] = true
		if f.Unread || f.Refused > 0 || f.Kind == exhibit.Unknown || f.Facts == 0 && f.Reason == "" {
			t.Errorf("%s is %s: %d facts, %q %v", f.Path, f.Kind, f.Facts, f.Reason, f.Refusals)
		}
		text := export[f.Path]
		if f.Evidence {
			text = evidence[f.Path]
		}
		if f.Size != int64(len(text)) || f.SHA256 != schemas.Hash(sha256.Sum256([]byte(text))) {
			t.Errorf("%s: %d bytes, SHA-256 %x; it has %d", f.Path, f.Size, f.SHA256, len(text))
		}
	}
	for _, k := range exhibit.Kinds() {
		if !seen[k] && k != exhibit.Unknown && k != exhibit.Zip {
			t.Errorf("no file was taken for %s", k)
		}
	}

	got := only(t, r)
	want := map[attribute.Fact]string{
		attribute.Start: "0", attribute.End: "1200000", attribute.SenderDate: "500", attribute.MediaDuration: "1200000", attribute.Pauses: "10000", // the mail's whole second is any it may have been rounded from
		attribute.SessionStart: "0", attribute.SessionEnd: "1200000", attribute.ACDStart: "2000", attribute.AgentConnect: "30000", attribute.FirstEnd: "600000",
		attribute.SecondStart: "602500", attribute.WrapupEnd: "1260000", attribute.RecordingCreated: "2752", attribute.RecordingStart: "5", attribute.OriginalStart: "1",
		attribute.Finalise: "180067000", attribute.S3Put: "180068314",
	}
	for f := attribute.Fact(1); f < attribute.FactCount; f++ {
		rd := got.Observed.Readings[f]
		if f == attribute.MediaDuration || f == attribute.Pauses { // lengths
			rd.Lo, rd.Hi = rd.Lo+nine, rd.Hi+nine
		}
		if is := when(&rd); is != want[f] && (is != "-" || want[f] != "") {
			t.Errorf("%s is %s; want %q", f, is, want[f])
		}
	}
	if got.Observed.Agents != 2 || got.Observed.Job != jobID || got.Observed.JobSize != 61 || got.Observed.Pairing != attribute.PairingAgrees || got.PairedBy != "customer-session" {
		t.Errorf("%d agents, job %s of %d, pairing %d by %s", got.Observed.Agents, got.Observed.Job, got.Observed.JobSize, got.Observed.Pairing, got.PairedBy)
	}
	if got.Verdict.Shape != attribute.Aligned || got.Verdict.Grade != attribute.Established || got.Finding || r.Summary.Exit() != 0 {
		t.Errorf("%s, %s, finding %v, exit %d; %+v", got.Verdict.Shape, got.Verdict.Grade, got.Finding, r.Summary.Exit(), r.Summary)
	}
	if len(r.Cohorts) != 1 || r.Cohorts[0].Key != (Key{Organization: org, Channel: "MESSAGE", Provider: "PureCloud Messaging"}) {
		t.Errorf("cohorts %+v", r.Cohorts)
	}
	if d := fileOf(t, r, "d"); !strings.Contains(d.Reason, "Key") {
		t.Errorf("head-object without a key: %q", d.Reason)
	}
}

// Whatever kind tells an instant, it tells it alone too: none of the facts above came in by another file's grace.
func TestEachKindAlone(t *testing.T) {
	export, evidence := world()
	export = memory{"m": export["m"]}
	for name, want := range map[string][]attribute.Fact{
		"6":                   {attribute.RecordingCreated, attribute.RecordingStart, attribute.OriginalStart, attribute.Finalise, attribute.Pauses, attribute.MediaDuration},
		"8":                   {attribute.RecordingCreated, attribute.Finalise},
		"a":                   {attribute.S3Put},
		"b":                   {attribute.S3Put},
		"c":                   {attribute.S3Put},
		folder + rec + ".eml": {attribute.SenderDate},
		"5":                   {attribute.SessionStart, attribute.SessionEnd, attribute.AgentConnect, attribute.WrapupEnd},
		"1":                   {attribute.SessionStart},
		"2":                   {attribute.ACDStart, attribute.AgentConnect},
	} {
		with := evidence[name]
		var facts []attribute.Fact
		files := memory{name: with}
		if name == "2" { // agents and queues are laid out in the customer's session
			files["1"] = evidence["1"]
			want = append(want, attribute.SessionStart)
		}
		got := only(t, judged(t, export, files, Options{}))
		for f := attribute.Fact(1); f < attribute.FactCount; f++ {
			if got.Observed.Readings[f].Present() && f != attribute.Start && f != attribute.End {
				facts = append(facts, f)
			}
		}
		slices.Sort(want)
		if !slices.Equal(facts, want) {
			t.Errorf("%s alone tells %v; want %v", name, facts, want)
		}
	}
}

// The bucket's layout says what a file in it leaves out; a file of another conversation says nothing of this one.
func TestLayout(t *testing.T) {
	bare := `{"mediaType":"Message","conversationId":"` + conv + `","startTime":"2026-05-04T09:00:00.000+0000","endTime":"2026-05-04T09:20:00.000+0000","provider":"p","userIds":[]}`
	events := memory{"e": ends(conv, cust, 0, 1_200_000) + ends(other, cust, 5, 6)}
	inner := map[string]string{rec + ".ogg_metadata.json": bare}
	for name, export := range map[string]memory{
		"folder":                  {folder + rec + ".ogg_metadata.json": bare, folder + rec + ".ogg": sounds[rec+".ogg"]},
		"folders above it":        {"x/y/" + folder + rec + ".ogg_metadata.json": bare},
		"in an archive":           {"all.zip": zipped(t, map[string]string{folder + rec + ".ogg_metadata.json": bare})},
		"in an archive in it":     {folder + "more.zip": zipped(t, inner)},
		"in an archive in one":    {"a.zip": zipped(t, map[string]string{"b.zip": zipped(t, map[string]string{folder + rec + ".ogg_metadata.json": bare})})},
		"ids in the text as well": {folder + rec + ".ogg_metadata.json": metadata(conv, rec, 0, 1_200_000)},
	} {
		got := only(t, judged(t, export, events, Options{}))
		if got.Conversation != conv || got.ID != rec || got.Verdict.Shape != attribute.Aligned {
			t.Errorf("%s: recording %s of %s is %s, lacks %q", name, got.ID, got.Conversation, got.Verdict.Shape, got.Lack)
		}
	}
	if s := judged(t, memory{"m": page("j", row(conv, rec, 0, 1_200_000))}, events, Options{}).Summary; s.Strangers != 2 {
		t.Errorf("%d facts of strangers; want the other conversation's 2", s.Strangers)
	}
}

// At stake: a session's ends are the first start and the last end of its segments. Where one of these is not known, the ends
// of the others are none of the session.
func TestAnalyticsEnds(t *testing.T) {
	segment := func(start, end string) string {
		text := fmt.Sprintf(`{"segmentType":"interact","segmentStart":%q`, "2026-05-04T"+start)
		if end != "" {
			text += fmt.Sprintf(`,"segmentEnd":%q`, "2026-05-04T"+end)
		}
		return text + "}"
	}
	for name, c := range map[string]struct{ segments, start, end string }{
		"one":                 {segment("09:00:00.000Z", "09:20:00.000Z"), "0", "1200000"},
		"two, the last first": {segment("09:10:00.000Z", "09:20:00.000Z") + "," + segment("09:00:00.000Z", "09:05:00.000Z"), "0", "1200000"},
		"it goes on":          {segment("09:00:00.000Z", "09:05:00.000Z") + "," + segment("09:10:00.000Z", ""), "0", "-"},
		"an end has no zone":  {segment("09:00:00.000Z", "09:05:00.000Z") + "," + segment("09:10:00.000Z", "09:20:00.000"), "0", "-"},
		"a start has no zone": {segment("09:00:00.000", "09:05:00.000Z") + "," + segment("09:10:00.000Z", "09:20:00.000Z"), "-", "1200000"},
		"a start is unread":   {segment("25:00:00.000Z", "09:05:00.000Z") + "," + segment("09:10:00.000Z", "09:20:00.000Z"), "-", "1200000"},
	} {
		text := fmt.Sprintf(`{"conversationId":%q,"conversationStart":%q,"participants":[{"participantId":"p","purpose":"customer","sessions":[{"sessionId":%q,"mediaType":"message","segments":[%s]}]}]}`,
			conv, iso(nine), cust, c.segments)
		got := only(t, judged(t, memory{"m": page("j", row(conv, rec, 0, 1_200_000))}, memory{"a": text}, Options{}))
		if start, end := when(&got.Observed.Readings[attribute.SessionStart]), when(&got.Observed.Readings[attribute.SessionEnd]); start != c.start || end != c.end {
			t.Errorf("%s: %s to %s; want %s to %s", name, start, end, c.start, c.end)
		}
	}
}

// What lies in an archive in the layout is of the archive's recording.
func TestLayoutOfArchive(t *testing.T) {
	_, evidence := world()
	mail := zipped(t, map[string]string{"deep/in/mail": evidence[folder+rec+".eml"]})
	got := only(t, judged(t, memory{"m": page("j", row(conv, rec, 0, 1_200_000)), folder + rec + ".zip": mail}, nil, Options{}))
	if !got.Observed.Readings[attribute.SenderDate].Present() {
		t.Error("the mail in the recording's archive says nothing")
	}
}

// Of two words on one fact the same one counts, whichever comes first.
func TestToldTwice(t *testing.T) {
	answer := func(created string) string {
		return `{"id":"` + rec + `","conversationId":"` + conv + `","fileState":"AVAILABLE","creationTime":"` + created + `"}`
	}
	a, b := answer("2026-05-04T09:00:02.752Z"), answer("2026-05-04T09:00:09.000Z")
	bare := answer("2026-05-04 08:00:00")
	for _, files := range []memory{{"1": a, "2": b}, {"1": b, "2": a}, {"1": a, "2": bare}, {"1": bare, "2": a}, {"1": b, "2": bare, "3": a}} {
		got := only(t, judged(t, memory{"m": page("j", row(conv, rec, 0, 9))}, files, Options{}))
		if rd := got.Observed.Readings[attribute.RecordingCreated]; when(&rd) != "2752" || !rd.Zoned {
			t.Errorf("%v: created %s, zone named %v", slices.Sorted(maps.Values(files)), when(&rd), rd.Zoned)
		}
	}
}
