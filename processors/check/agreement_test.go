package check

import (
	"strings"
	"testing"
)

// Two manifests that say other times of one recording: nobody knows which is right, so neither is judged, whichever is
// read first. What they would have made of a cohort together is nobody's drift.
func TestContradictionIsNotJudged(t *testing.T) {
	events := memory{"e": ends(conv, cust, 0, 1_200_000)}
	one, other := page("j1", row(conv, rec, 0, 1_200_000)), page("j2", row(conv, rec, 5_000, 1_205_000))
	for _, export := range []memory{{"a": one, "b": other}, {"a": other, "b": one}} {
		r := judged(t, export, events, Options{})
		x := only(t, r)
		if x.Judged() || x.Lack != LackAgreement || x.Finding || r.Summary.Exit() != 2 || r.Cohorts[0].Verdict.N != 0 {
			t.Errorf("judged %v, lacks %q, exit %d, cohort of %d", x.Judged(), x.Lack, r.Summary.Exit(), r.Cohorts[0].Verdict.N)
		}
		if f := fileOf(t, r, "b"); !f.Unread || len(f.Refusals) != 1 || !strings.Contains(f.Refusals[0].Reason, "neither is judged") {
			t.Errorf("%+v", f)
		}
	}
}

// A manifest's row and the metadata file of one recording are two words of one exporter: the row is judged, and that they
// do not agree is counted.
func TestRowAndMetadataDiffer(t *testing.T) {
	events := memory{"e": ends(conv, cust, 0, 1_200_000)}
	r := judged(t, memory{"m": page("j", row(conv, rec, 720_000, 1_920_000)), folder + rec + ".ogg_metadata.json": metadata(conv, rec, 0, 1_200_000)}, events, Options{})
	if x := only(t, r); !x.Finding || r.Summary.Differing != 1 || r.Summary.Exit() != 1 {
		t.Errorf("finding %v, %d differ, exit %d", x.Finding, r.Summary.Differing, r.Summary.Exit())
	}
	r = judged(t, memory{"m": page("j", row(conv, rec, 0, 1_200_000)), folder + rec + ".ogg_metadata.json": metadata(conv, rec, 0, 1_200_000)}, events, Options{})
	if r.Summary.Differing != 0 || r.Summary.Exit() != 0 {
		t.Errorf("%d differ, exit %d", r.Summary.Differing, r.Summary.Exit())
	}
}

// A row names its job, in any form of a manifest; else the manifest does, or is one by itself.
func TestJobOfARow(t *testing.T) {
	bare := row(conv, rec, 0, 1_200_000)
	named := strings.Replace(bare, "{", `{"job_id":"j-7",`, 1)
	for text, want := range map[string]string{named + "\n" + strings.Replace(named, rec, "r9", 1): "j-7", "[" + named + "]": "j-7", page("j-1", named): "j-7", page("j-1", bare): "j-1", "[" + bare + "]": "m"} {
		for x := range judged(t, memory{"m": text}, memory{"e": ends(conv, cust, 0, 1_200_000)}, Options{}).Recordings() {
			if x.Observed.Job != want {
				t.Errorf("%.40s: job %q, want %q", text, x.Observed.Job, want)
			}
		}
	}
}
