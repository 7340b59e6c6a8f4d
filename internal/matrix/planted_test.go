package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"holdfast.example/internal/truth"
)

// planted is a judge made to be found out, or one that cannot be.
type planted struct {
	say func(l truth.Label, latent truth.Cause) verdict
}

func (p planted) cohort(c *truth.Cohort) verdict { return p.say(c.Label(), c.Plan.Class) }

func (p planted) records(c *truth.Cohort) []verdict {
	var all []verdict
	for i, l := range c.Records() {
		v := p.say(l, c.Causes[i])
		if v.word == named && !truth.Of(byRecord...).Has(v.cause) {
			v = verdict{word: consistent}
		}
		all = append(all, v)
	}
	return all
}

// history opens at the thirtieth and resolves when 59 in a row are without a cause.
func (p planted) history(c *truth.Cohort, every int) []step {
	steps := []step{{30, opened}}
	for i := 59; i < len(c.Causes); i += every {
		if !slices.Contains(c.Causes[i-59:i], c.Plan.Class) {
			return append(steps, step{i, resolved})
		}
	}
	return steps
}

// honest names what can be known and nothing else.
func honest(l truth.Label, latent truth.Cause) verdict {
	switch {
	case l.Set == truth.Of(truth.Mixture):
		return verdict{word: mixture} // it is no cause
	case l.Identifiable:
		return verdict{word: named, cause: only(l.Set)}
	case l.Set.Has(truth.None):
		return verdict{word: aligned}
	case l.Set.Len() > 1:
		return verdict{word: ambiguous}
	}
	return verdict{word: unexplained}
}

func run(t *testing.T, judges func() judge, args ...string) (code int, out string) {
	t.Helper()
	var b bytes.Buffer
	code, err := command(context.Background(), args, &b, io.Discard, judges)
	if err != nil {
		t.Fatal(err)
	}
	return code, b.String()
}

var lastLine = regexp.MustCompile(`(?m)^cohorts=\d+ records=\d+ wrong=\d+ guessed=\d+/\d+ findings=\d+ comparisons=\d+ missed=(\d+)\n\z`)

// TestPlantedJudges: a matrix that passes a bad judge is worse than none. One that names what can be known meets every
// requirement; each of the others fails, in the requirement it was made to break.
func TestPlantedJudges(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name   string
		say    func(l truth.Label, latent truth.Cause) verdict
		misses string // a part of a line of what is missed; "": nothing is
	}{
		{"honest", honest, ""},
		{"always handoff", func(truth.Label, truth.Cause) verdict { return verdict{word: named, cause: truth.Handoff} }, "handoff, 4 of 1,000 wrong"},
		{"always handoff, and aligned findings", func(truth.Label, truth.Cause) verdict { return verdict{word: named, cause: truth.Handoff} }, "aligned: no finding"},
		{"never names", func(l truth.Label, _ truth.Cause) verdict {
			if l.Set.Has(truth.None) {
				return verdict{word: aligned}
			}
			return verdict{word: unexplained}
		}, "zone, recall 0.90"},
		{"names at random", func(truth.Label, truth.Cause) verdict {
			return verdict{word: named, cause: byCohort[dice.IntN(len(byCohort))]}
		}, "constant, 4 of 1,000 wrong"},
		{"guesses among what is possible", func(l truth.Label, latent truth.Cause) verdict {
			if v := honest(l, latent); v.word != ambiguous {
				return v
			}
			return verdict{word: named, cause: only(l.Set)}
		}, "cohorts: one cause named on an ambiguous case"},
		{"knows the plan", func(l truth.Label, latent truth.Cause) verdict {
			if truth.Of(byCohort...).Has(latent) {
				return verdict{word: named, cause: latent} // no wrong name, and still a guess
			}
			return honest(l, latent)
		}, "cohorts: one cause named on an ambiguous case"},
		{"names a cause on too few", func(l truth.Label, latent truth.Cause) verdict {
			if l.Why == truth.TooFew {
				return verdict{word: named, cause: only(l.Set)}
			}
			return honest(l, latent)
		}, "fewer recordings, controls, jobs or sides"},
		{"calls an aligned one insufficient", func(l truth.Label, latent truth.Cause) verdict {
			if v := honest(l, latent); v.word != aligned {
				return v
			}
			return verdict{word: insufficient, departs: 1}
		}, "aligned: no finding"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out := run(t, func() judge { return planted{c.say} }, "-n", "8", "-records", "1200", "-jobs", "1", "-seed", "3")
			last := lastLine.FindStringSubmatch(out)
			if last == nil {
				t.Fatalf("the last line is not one:\n%s", out[max(0, len(out)-300):])
			}
			if c.misses == "" {
				if code != 0 || last[1] != "0" {
					t.Errorf("exit code %d, missed %s:\n%s", code, last[1], out)
				}
				return
			}
			if code != exitMissed || last[1] == "0" {
				t.Errorf("exit code %d, missed %s", code, last[1])
			}
			for line := range strings.Lines(out) {
				if strings.Contains(line, "MISSED") && strings.Contains(line, c.misses) {
					return
				}
			}
			t.Errorf("no missed line says %q:\n%s", c.misses, out)
		})
	}
}

// TestJobs: neither the number of jobs nor the run changes a number.
func TestJobs(t *testing.T) {
	args := []string{"-n", "2", "-records", "300", "-seed", "5", "-jobs"}
	_, one := run(t, newAttribution, append(args, "1")...)
	_, three := run(t, newAttribution, append(args, "3")...)
	if one != three {
		t.Errorf("one job says\n%s\nthree say\n%s", one, three)
	}
	_, other := run(t, newAttribution, "-n", "2", "-records", "300", "-seed", "6")
	if one == other {
		t.Error("another seed says the same")
	}
}

// TestJSON: the object says what the tables say.
func TestJSON(t *testing.T) {
	_, out := run(t, func() judge { return planted{honest} }, "-n", "4", "-records", "300", "-json")
	object, last, _ := strings.Cut(out, "\n")
	var r report
	if err := json.Unmarshal([]byte(object), &r); err != nil {
		t.Fatal(err)
	}
	if r.Cohorts.N != 4*int(truth.Causes) || r.Cohorts.Matrix["aligned"]["aligned"] != 4 || len(r.Requirements) < 80 {
		t.Errorf("%+v", r)
	}
	if !lastLine.MatchString(last) {
		t.Errorf("last line %q", last)
	}
}

// TestUsage: what cannot be run exits 2, and so does a run that was interrupted.
func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"-n", "0"}, {"-n", "x"}, {"-jobs", "0"}, {"-records", "-1"}, {"more"}, {"-nothing"}} {
		if code, err := command(context.Background(), args, io.Discard, io.Discard, newAttribution); code != exitUsage || err == nil {
			t.Errorf("%v: exit code %d, %v", args, code, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if code, err := command(ctx, []string{"-n", "4000"}, io.Discard, io.Discard, newAttribution); code != exitUsage || err == nil {
		t.Errorf("interrupted: exit code %d, %v", code, err)
	}
}
