package check

import (
	"slices"
	"strings"
	"testing"

	"holdfast.example/schemas/exhibit"
)

// At stake: whatever lies in an export folder, the check ends, and says what it made of it: facts that it took, or why
// none. A good recording beside it is still there, and the same bytes make the same verdicts as evidence does or as another
// file's neighbour. Seeds of each kind lie in testdata/fuzz.
func FuzzIntake(f *testing.F) {
	export, evidence := world()
	for _, files := range []memory{export, evidence} {
		for _, text := range files {
			f.Add([]byte(text))
		}
	}
	f.Add([]byte("conversation_id,recording_id,start_time\n" + conv + ",r2,2026-05-04T09:00:00Z\n"))
	f.Add([]byte(row(conv, "r2", 0, 9) + "\n" + row(conv, "r2", 5, 9)))
	f.Fuzz(func(t *testing.T, b []byte) {
		base := memory{"a": page("j", row(conv, rec, 0, 1_200_000)), "b": ends(conv, cust, 0, 1_200_000), folder + "x": string(b)}
		r := judged(t, base, nil, Options{})
		x := fileOf(t, r, folder+"x")
		if x.Facts == 0 && !x.Unread && x.Reason == "" || x.Size != int64(len(b)) || !slices.Contains(exhibit.Kinds(), x.Kind) {
			t.Fatalf("%+v", x)
		}
		if x.Unread && x.Reason == "" && len(x.Refusals) == 0 || x.Facts < 0 || x.Repeated < 0 || x.Refused < int64(len(x.Refusals)) {
			t.Fatalf("%+v", x)
		}
		if x.Kind != exhibit.Zip && len(r.Files) != 3 {
			t.Fatalf("%q", paths(r))
		}
		found, places := false, map[Spot]bool{}
		for got := range r.Recordings() {
			found = found || got.ID == rec && got.Conversation == conv
			if got.File >= len(r.Files) || got.Judged() != (got.Lack == LackNothing) && !got.Judged() && got.Lack == LackNothing {
				t.Fatalf("%+v", got)
			}
		}
		for spot := range r.Amendments {
			if places[spot] {
				t.Fatalf("%+v is amended twice", spot)
			}
			places[spot] = true
		}
		if code := r.Summary.Exit(); !found || code < 0 || code > 2 || code != 2 && x.Unread {
			t.Fatalf("exit %d, found %v, %+v", code, found, x)
		}
		again, err := Run(t.Context(), []Source{ordered(base, []string{folder + "x", "b", "a"})}, nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if a, b := verdicts(r), verdicts(again); a != b {
			t.Fatalf("in another order: %s", firstDifference(b, a))
		}
		if e := fileOf(t, judged(t, memory{"a": base["a"]}, memory{"x": string(b)}, Options{}), "x"); e.Kind != x.Kind || e.SHA256 != x.SHA256 || e.Facts == 0 && !e.Unread && strings.TrimSpace(e.Reason) == "" {
			t.Fatalf("as evidence %+v", e)
		}
	})
}
