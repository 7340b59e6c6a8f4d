package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"holdfast.example/processors/correlate/attribute"
)

// At stake: a recording that cannot be judged says what to add, the exit code says that the answer is incomplete, and
// nothing is guessed in its place.
func TestLacks(t *testing.T) {
	whole := row(conv, rec, 0, 1_200_000)
	one := func(fields string) string {
		return page("j", fmt.Sprintf(`{"conversation_id":%q,"recording_id":%q,%s}`, conv, rec, fields))
	}
	const second = "50000000-0000-4000-8000-0000000000c1"
	weeks := ends(conv, cust, 0, 600_000) + ends(conv, second, 604_800_000, 605_400_000)
	for name, c := range map[string]struct {
		row, evidence string
		lack          Lack
	}{
		"no evidence":             {page("j", whole), "", LackEvents},
		"evidence of others":      {page("j", whole), ends(other, cust, 0, 9), LackEvents},
		"no customer":             {page("j", whole), hook(conv, "user.start", ag1, "u1", 0), LackSession},
		"days from every session": {page("j", row(conv, rec, 90_000_000, 90_600_000)), weeks, LackWindow},
		"neither start nor an end all have reached": {page("j", whole), hook(conv, "customer.end", cust, "", 9) + "\n" + hook(conv, "user.start", ag1, "u1", 0), LackBounds},
		"no times":                         {one(`"exported_at":"2026-05-06T00:00:00Z"`), ends(conv, cust, 0, 9), LackTimes},
		"no zone":                          {one(`"start_time":"2026-05-04 09:00:00"`), ends(conv, cust, 0, 9), LackZone},
		"declared to be what nobody tells": {one(`"creation_time":"2026-05-04T09:00:02Z"`), ends(conv, cust, 0, 9), LackDeclared},
		"an end of a session that goes on": {one(`"end_time":"2026-05-04T09:20:00Z"`), hook(conv, "customer.start", cust, "", 0), LackLike},
	} {
		evidence := memory{}
		if c.evidence != "" {
			evidence["e"] = c.evidence
		}
		r := judged(t, memory{"m": c.row}, evidence, Options{})
		got := only(t, r)
		if got.Lack != c.lack || got.Judged() || got.Finding || got.Cohort != -1 || got.Verdict.Cause != attribute.NoCause || r.Summary.Exit() != 2 ||
			!slices.Equal(r.Summary.Lacks, []Lacking{{c.lack, 1}}) {
			t.Errorf("%s: lacks %q, %s, finding %v, exit %d, %v; want %q", name, got.Lack, got.Verdict.Grade, got.Finding, r.Summary.Exit(), r.Summary.Lacks, c.lack)
		}
	}
	// The same, with what was lacking.
	r := judged(t, memory{"m": one(`"creation_time":"2026-05-04T09:00:02.752Z"`)}, memory{"e": ends(conv, cust, 0, 9),
		"a": `{"id":"` + rec + `","conversationId":"` + conv + `","fileState":"AVAILABLE","creationTime":"2026-05-04T09:00:02.752Z"}`}, Options{})
	if got := only(t, r); got.Verdict.Shape != attribute.Aligned || r.Cohorts[0].Key.Created != "recording-created" {
		t.Errorf("a creation beside the platform's own: %s, %+v", got.Verdict.Shape, r.Cohorts)
	}
	for _, window := range []int64{7 * 86_400_000} {
		if r := judged(t, memory{"m": page("j", row(conv, rec, 90_000_000, 90_600_000))}, memory{"e": weeks}, Options{WindowMS: window}); only(t, r).PairedBy != "window" {
			t.Errorf("in a window of a week it is paired by %s", only(t, r).PairedBy)
		}
	}
}

// At stake: where ids do not agree, nobody knows whose times these are. Such a recording is mispaired, by name, whatever its
// times say; no offset of it is told, and no cohort moved by it.
func TestPairing(t *testing.T) {
	events := ends(conv, cust, 0, 1_200_000) + ends(other, cust, 0, 1_200_000)
	answer := func(recording, conversation string) string {
		return fmt.Sprintf(`{"id":%q,"conversationId":%q,"fileState":"AVAILABLE","exportedDate":"2026-05-06T00:00:00Z"}`, recording, conversation)
	}
	kept := func(recording, conversation string) string {
		return fmt.Sprintf(`{"entities":[{"conversationId":%q,"recordingId":%q,"exportedDate":"2026-05-06T00:00:00Z","deleteDate":"2033-05-06T00:00:00Z"}]}`, conversation, recording)
	}
	stranger := "c0ffee00-0000-4000-8000-000000000009"
	rows := page("j", row(conv, rec, 0, 1_200_000), row(other, "r2", 0, 1_200_000))
	key := func(conversation string) string { return strings.Replace(folder, conv, conversation, 1) + rec + ".zip" }
	for name, c := range map[string]struct {
		export, evidence memory
		differ           []string // recordings
	}{
		"all agree": {memory{"m": rows, key(conv) + "_metadata.json": metadata(conv, rec, 0, 1_200_000)},
			memory{"1": answer(rec, conv), "2": kept(rec, conv), "3": notification(key(conv), 9)}, nil},
		"the folder names another conversation":    {memory{key(other) + "_metadata.json": metadata(conv, rec, 0, 1_200_000)}, nil, []string{rec}},
		"the file names another recording":         {memory{strings.Replace(key(conv), rec, "r9", 1) + "_metadata.json": metadata(conv, rec, 0, 1_200_000)}, nil, []string{rec}},
		"the API knows it elsewhere":               {memory{"m": rows}, memory{"1": answer(rec, other)}, []string{rec}},
		"the API knows it where nobody is":         {memory{"m": rows}, memory{"1": answer(rec, stranger)}, []string{rec}},
		"the API knows it here and elsewhere":      {memory{"m": rows}, memory{"1": answer(rec, stranger), "2": answer(rec, conv)}, []string{rec}},
		"retention knows it elsewhere":             {memory{"m": rows}, memory{"1": kept(rec, other)}, []string{rec}},
		"the store has it elsewhere":               {memory{"m": rows}, memory{"1": notification(key(stranger), 9)}, []string{rec}},
		"one id in two conversations":              {memory{"m": page("j", row(conv, rec, 0, 1_200_000), row(other, rec, 0, 1_200_000))}, nil, []string{rec, rec}},
		"others elsewhere":                         {memory{"m": rows}, memory{"1": answer("r8", stranger), "2": kept("r9", stranger)}, nil},
		"rows that name no recording are nobody's": {memory{"m": page("j", row(conv, "", 0, 1_200_000), row(other, "", 0, 1_200_000))}, nil, nil},
	} {
		evidence := memory{"e": events}
		for name, text := range c.evidence {
			evidence[name] = text
		}
		r := judged(t, c.export, evidence, Options{})
		var differ []string
		for rec := range r.Recordings() {
			if rec.Verdict.Cause == attribute.CauseMispaired && rec.Finding && rec.Verdict.Shape == attribute.NotComparable && len(rec.Offsets) == 0 {
				differ = append(differ, rec.ID)
			} else if rec.Verdict.Shape != attribute.Aligned {
				t.Errorf("%s: %s is %s, lacks %q", name, rec.ID, rec.Verdict.Shape, rec.Lack)
			}
		}
		if want := min(1, len(c.differ)); r.Summary.Exit() != want {
			t.Errorf("%s: exit %d; want %d", name, r.Summary.Exit(), want)
		}
		if !slices.Equal(differ, c.differ) {
			t.Errorf("%s: of %v the ids differ; want %v", name, differ, c.differ)
		}
	}
}

// many is a manifest of aligned recordings, an hour apart, and their sessions; change may exchange their rows.
func many(n int, change func(rows []string)) (export, evidence memory) {
	var rows []string
	var events strings.Builder
	for i := range n {
		c := fmt.Sprintf("c0ffee00-0000-4000-8000-%012d", i)
		at := int64(i)*3_600_000 + int64(i*i%977)*1000
		rows = append(rows, row(c, fmt.Sprintf("7ec00000-0000-4000-8000-%012d", i), at, at+600_000+int64(i)*1777))
		events.WriteString(ends(c, fmt.Sprintf("50000000-0000-4000-8000-%012d", i), at, at+600_000+int64(i)*1777))
	}
	change(rows)
	return memory{"m": page("j", rows...)}, memory{"e": events.String()}
}

// At stake: two recordings that were exchanged are two that are mispaired, each by name, and no drift of a clock.
func TestSwapped(t *testing.T) {
	id := func(i int) string { return fmt.Sprintf("7ec00000-0000-4000-8000-%012d", i) }
	export, evidence := many(70, func(rows []string) {
		rows[11], rows[42] = strings.Replace(rows[11], id(11), id(42), 1), strings.Replace(rows[42], id(42), id(11), 1)
	})
	if r := judged(t, export, evidence, Options{}); r.Summary.Aligned != 70 { // only a name was exchanged: no time tells
		t.Errorf("%+v", r.Summary)
	}
	times := func(row string) string { return row[strings.Index(row, `"start_time"`):] }
	export, evidence = many(70, func(rows []string) {
		a, b := times(rows[11]), times(rows[42])
		rows[11], rows[42] = strings.Replace(rows[11], a, b, 1), strings.Replace(rows[42], b, a, 1)
	})
	r := judged(t, export, evidence, Options{})
	var mispaired []string
	for rec := range r.Recordings() {
		if rec.Verdict.Cause == attribute.CauseMispaired {
			mispaired = append(mispaired, rec.ID)
			if !rec.Finding {
				t.Errorf("%s is no finding", rec.ID)
			}
		} else if rec.Verdict.Shape != attribute.Aligned {
			t.Errorf("%s is %s by %s", rec.ID, rec.Verdict.Shape, rec.Verdict.Cause)
		}
	}
	if !slices.Equal(mispaired, []string{id(11), id(42)}) || r.Summary.Findings != 2 || r.Summary.Exit() != 1 {
		t.Errorf("mispaired %v; %+v", mispaired, r.Summary)
	}
	for spot, amended := range r.Amendments {
		for _, a := range amended {
			if t0 := a.To; a.Departs && (t0.Clock != "export-metadata" || !strings.Contains(a.Reason, "another's")) {
				t.Errorf("%v: %+v: what may be another's is put right", spot, a)
			}
		}
	}
}

// At stake: scripts act on this code. Findings and unread input together are 2, never 1: the answer is not whole.
func TestExit(t *testing.T) {
	for _, c := range []struct {
		s    Summary
		want int
	}{
		{Summary{}, 2}, {Summary{Recordings: 1, Aligned: 1}, 0}, {Summary{Recordings: 1, Departing: 1}, 0}, {Summary{Recordings: 1, Departing: 1, Findings: 1}, 1},
		{Summary{Recordings: 1, Unjudged: 1}, 2}, {Summary{Recordings: 2, Findings: 1, Unjudged: 1}, 2}, {Summary{Recordings: 1, Aligned: 1, Unread: 1}, 2},
		{Summary{Recordings: 1, Findings: 1, Unread: 1}, 2}, {Summary{Recordings: 1, Aligned: 1, Strangers: 9, Uncohorted: 1}, 0},
	} {
		if got := c.s.Exit(); got != c.want {
			t.Errorf("%+v: %d; want %d", c.s, got, c.want)
		}
	}
}

// At stake: --fail-on moves what is a finding, by grade in its written order or by the size of an offset of either sign;
// what is aligned never is one.
func TestFailOn(t *testing.T) {
	by := func(shift func(i int) int64) *story {
		s := storyA()
		s.jobs, s.shift = []int{40, 40}, func(c *scene) int64 { return shift(c.i) }
		return s
	}
	late, early := by(func(int) int64 { return 720_000 }), by(func(int) int64 { return -4000 })
	some := by(func(i int) int64 {
		if i == 7 {
			return 61_000
		}
		return 0
	})
	grade := func(g attribute.Grade) Threshold { return Threshold{Grade: g} }
	ms := func(n int64) Threshold { return Threshold{MS: n} }
	for _, c := range []struct {
		name string
		of   *story
		on   Threshold
		want int64
	}{
		{"any", late, Threshold{}, 80}, {"by 12 minutes", late, ms(720_000), 80}, {"by more", late, ms(720_001), 0},
		{"a constant of no mechanism is unexplained", late, grade(attribute.Unexplained), 80}, {"and so above all grades", late, grade(attribute.Established), 80},
		{"early by 4 s", early, ms(4000), 80}, {"early by more", early, ms(4001), 0},
		{"one of many", some, Threshold{}, 1}, {"one, by its size", some, ms(61_000), 1}, {"one, by more", some, ms(61_001), 0},
	} {
		jobs, events := body(c.of, 5)
		export := memory{"e": strings.Join(events, "\n")}
		for j, rows := range jobs {
			export[fmt.Sprint(j)] = page(fmt.Sprint(j), rows...)
		}
		r := judged(t, export, nil, Options{FailOn: c.on})
		if r.Summary.Findings != c.want || (r.Summary.Exit() == 1) != (c.want > 0) {
			t.Errorf("%s: %d findings, exit %d; want %d", c.name, r.Summary.Findings, r.Summary.Exit(), c.want)
		}
	}
}

// A grade is held against --fail-on in the written order.
func TestThreshold(t *testing.T) {
	grades := []attribute.Grade{attribute.Established, attribute.ConsistentWith, attribute.Ambiguous, attribute.Unexplained}
	for i, on := range grades {
		for j, is := range grades {
			r := Recording{Grade: is, Verdict: attribute.Verdict{Shape: attribute.Translation}}
			if got := (&Threshold{Grade: on}).reached(&r); got != (j >= i) {
				t.Errorf("fail on %s: %s is a finding: %v", on, is, got)
			}
			r.Verdict.Shape = attribute.Aligned
			if (&Threshold{Grade: on}).reached(&r) || (&Threshold{}).reached(&r) || (&Threshold{MS: 1}).reached(&r) {
				t.Errorf("fail on %s: what is aligned is a finding", on)
			}
		}
	}
}

// At stake: a corrected value has a reference, and what is said again elsewhere is corrected there too.
func TestAmendments(t *testing.T) {
	late := strings.TrimSuffix(row(conv, rec, 720_000, 1_920_000), "}") + `,"created_at":"2026-05-04T09:12:00.000Z","exported_at":"2026-05-06T00:00:00.000Z"}`
	export := memory{"m": page("j", late), "again": page("k", late), "x_metadata.json": metadata(conv, rec, 0, 1_200_000)}
	r := judged(t, export, memory{"e": ends(conv, cust, 0, 1_200_000)}, Options{})
	got := map[string]string{}
	for spot, amended := range r.Amendments {
		for _, a := range amended {
			got[r.Files[spot.File].Path+spot.Place+"/"+a.Field] = fmt.Sprintf("%d %s %v", a.To.Lo-nine, a.To.Clock, a.Departs)
		}
	}
	want := map[string]string{"x_metadata.json/startTime": "0 export-metadata false", "x_metadata.json/endTime": "1200000 export-metadata false"}
	for _, file := range []string{"m", "again"} {
		want[file+"/recordings/0/start_time"], want[file+"/recordings/0/end_time"] = "0 genesys-cloud true", "1200000 genesys-cloud true"
		want[file+"/recordings/0/created_at"], want[file+"/recordings/0/exported_at"] = "720000 export-metadata true", "140400000 job false"
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}

// A conversation that is to be told keeps every reading of it, and of no other.
func TestKeep(t *testing.T) {
	export, evidence := world()
	evidence["others"] = ends(other, cust, 0, 9)
	k := newIntake(nil)
	k.keep = conv
	if err := k.all(t.Context(), []Source{export}, []Source{evidence}); err != nil {
		t.Fatal(err)
	}
	of := map[string]bool{}
	for _, rd := range k.conversations[conv].readings {
		of[rd.Of] = true
		if !rd.Known() || rd.File >= len(k.files) || rd.Name == "" {
			t.Errorf("%+v", rd)
		}
	}
	for _, want := range []string{"export of " + rec, "recording " + rec, "customer.start " + cust, "mail", "first message", "last message", "audit ApplyProtection " + rec, "object of " + rec + ", media", "customer interact " + cust} {
		if !of[want] {
			t.Errorf("nothing of %q, but of %v", want, of)
		}
	}
}
