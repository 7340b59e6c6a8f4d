package main

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"holdfast.example/internal/audit"
	"holdfast.example/internal/rig"
)

// At stake: a soak that skips a kind says nothing about it. Whatever the seed, every kind is there in the first round,
// with a target that exists.
func TestScheduleHoldsEveryKind(t *testing.T) {
	kinds := rig.Kinds()
	for seed := range uint64(50) {
		for _, workers := range []int{2, 3} {
			faults, err := schedule(seed, len(kinds)+30, kinds, workers, 3)
			if err != nil || len(faults) != len(kinds)+30 {
				t.Fatal(len(faults), err)
			}
			seen := map[string]int{}
			for i, f := range faults {
				if i < len(kinds) {
					seen[f.Kind.Name]++
				}
				if f.Worker < 1 || f.Worker > workers || f.Other < 1 || f.Other > workers || f.Other == f.Worker || f.Broker < 1 || f.Broker > 3 {
					t.Fatalf("seed %d: %+v", seed, f)
				}
			}
			for _, k := range kinds {
				if seen[k.Name] != 1 {
					t.Errorf("seed %d: %s is %d times in the first round", seed, k.Name, seen[k.Name])
				}
			}
		}
	}
	if _, err := schedule(1, len(kinds)-1, kinds, 2, 3); err == nil || !strings.Contains(err.Error(), fmt.Sprint(len(kinds))) {
		t.Errorf("fewer faults than kinds: %v", err)
	}
}

// At stake: a failing seed that cannot be run again is lost.
func TestScheduleIsItsSeed(t *testing.T) {
	of := func(seed uint64) []*rig.Fault {
		faults, err := schedule(seed, 100, rig.Kinds(), 2, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range faults { // of a kind the name tells all
			f.Kind = &rig.Kind{Name: f.Kind.Name}
		}
		return faults
	}
	if !reflect.DeepEqual(of(7), of(7)) {
		t.Error("one seed, two schedules")
	}
	if reflect.DeepEqual(of(7), of(8)) {
		t.Error("two seeds, one schedule")
	}
}

// At stake: two faults that break the same thing at once are neither of the two, and a repair of the one undoes the other.
func TestWhatCollides(t *testing.T) {
	fault := func(name string, worker, other int) *rig.Fault {
		for _, k := range rig.Kinds() {
			if k.Name == name {
				return &rig.Fault{Kind: k, Worker: worker, Other: other, Broker: 1}
			}
		}
		t.Fatalf("no kind %s", name)
		return nil
	}
	for _, c := range []struct {
		a, b *rig.Fault
		want bool
	}{
		{fault("worker-killed", 1, 2), fault("disk-lost", 1, 2), true},
		{fault("worker-killed", 1, 2), fault("disk-lost", 2, 1), false},
		{fault("disks-swapped", 1, 2), fault("worker-paused", 2, 1), true},
		{fault("offsets-deleted", 1, 2), fault("worker-joins", 1, 2), true},
		{fault("offsets-deleted", 1, 2), fault("brokers-rolled", 1, 2), false},
		{fault("broker-paused", 1, 2), fault("broker-killed", 2, 1), true},
		{fault("foreign-producer", 1, 2), fault("all-killed", 2, 1), false},
		{fault("all-killed", 1, 2), fault("worker-zombie", 2, 1), true},
	} {
		if collides(c.a, []*rig.Fault{c.b}, 2) != c.want || collides(c.b, []*rig.Fault{c.a}, 2) != c.want {
			t.Errorf("%s and %s: want %t", c.a, c.b, c.want)
		}
	}
}

// At stake: the one line that others read, and an exit code that says no to anything but zeros.
func TestVerdict(t *testing.T) {
	kinds := rig.Kinds()
	full := func() *tally {
		n := newTally(kinds)
		for _, k := range kinds {
			n.add(&rig.Fault{Kind: k}, rig.Outcome{Hit: true, Recovered: time.Second})
		}
		return n
	}
	wrong, last := verdict(full(), 100, &audit.Report{Inputs: 100})
	if want := fmt.Sprintf("faults=%d kinds=%d inputs=100 lost=0 doubled=0 forks=0 holes=0", len(kinds), len(kinds)); last != want || len(wrong) != 0 {
		t.Errorf("%q, %q", last, wrong)
	}
	one := newTally(kinds)
	one.add(&rig.Fault{Kind: kinds[0]}, rig.Outcome{})
	for name, c := range map[string]struct {
		tally  *tally
		report audit.Report
		says   string
	}{
		"lost":           {full(), audit.Report{Inputs: 100, Lost: 1}, "exactly once"},
		"doubled":        {full(), audit.Report{Inputs: 100, Doubled: 1}, "exactly once"},
		"fork":           {full(), audit.Report{Inputs: 100, Forks: 1}, "exactly once"},
		"hole":           {full(), audit.Report{Inputs: 100, Holes: 1}, "exactly once"},
		"wrong":          {full(), audit.Report{Inputs: 100, Wrong: 3}, "wrong=3"},
		"too few inputs": {full(), audit.Report{Inputs: 99}, "99"},
		"a kind":         {one, audit.Report{Inputs: 100}, kinds[len(kinds)-1].Name},
	} {
		if wrong, _ := verdict(c.tally, 100, &c.report); len(wrong) != 1 || !strings.Contains(wrong[0], c.says) {
			t.Errorf("%s: %q", name, wrong)
		}
	}
	_, last = verdict(one, 100, &audit.Report{Inputs: 9, Lost: 1, Doubled: 2, Forks: 3, Holes: 4})
	if last != "faults=1 kinds=1 inputs=9 lost=1 doubled=2 forks=3 holes=4" {
		t.Error(last)
	}
}
