package truth

import (
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// TestImportsStandardLibraryOnly: an examiner that borrowed from what it examines would share its errors.
func TestImportsStandardLibraryOnly(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		files++
		f, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			// Only a path outside the standard library has a dot in its first word.
			if word, _, _ := strings.Cut(strings.Trim(i.Path.Value, `"`), "/"); strings.Contains(word, ".") {
				t.Errorf("%s imports %s", e.Name(), i.Path.Value)
			}
		}
	}
	if files < 10 {
		t.Errorf("saw %d files", files)
	}
}

// TestDeterministic: whoever makes a cohort, and when, it is the same.
func TestDeterministic(t *testing.T) {
	plans := func() (all []Plan) {
		for class := range Causes {
			all = append(all, Draw(5, class, 3))
		}
		for _, class := range Mended {
			all = append(all, DrawHistory(5, class, 3))
		}
		return append(all, DrawMedley(5, 3))
	}
	var want []*Cohort
	for _, p := range plans() {
		want = append(want, New(5, 3, p))
	}
	var wg sync.WaitGroup
	for i, p := range plans() {
		wg.Go(func() {
			got := New(5, 3, p)
			if !reflect.DeepEqual(got, want[i]) {
				t.Errorf("plan %d of class %v: another cohort", i, p.Class)
			}
			if a, b := got.Label(), want[i].Label(); a != b {
				t.Errorf("plan %d of class %v: label %v, then %v", i, p.Class, a, b)
			}
		})
	}
	wg.Wait()
	if reflect.DeepEqual(New(5, 4, Draw(5, Constant, 4)), want[Constant]) || reflect.DeepEqual(New(6, 3, Draw(6, Constant, 3)), want[Constant]) {
		t.Error("another index or seed makes the same cohort")
	}
}

// TestAlignedIsAligned: skew and jitter stay below the slack, in every record.
func TestAlignedIsAligned(t *testing.T) {
	compared := 0
	for i := range 150 {
		c := New(2, i, Draw(2, None, i))
		for k, r := range newView(&c.Observed).rows {
			if r.off != 0 {
				t.Fatalf("cohort %d: recording %d is off: %v", i, k, r.off)
			}
			compared++
		}
		if f := Enumerate(&c.Observed); f.Set != Of(None) {
			t.Errorf("cohort %d: %v", i, f.Set)
		}
	}
	if compared < 20000 {
		t.Errorf("compared %d recordings", compared)
	}
}

// TestClasses: each class's label has the class in it, and each class but three has cohorts in which it is identifiable.
func TestClasses(t *testing.T) {
	const n = 60
	for class := range Causes {
		identifiable := 0
		for i := range n {
			p := Draw(4, class, i)
			c := New(4, i, p)
			if len(c.Recordings) != p.N || len(c.Causes) != p.N {
				t.Fatalf("%v %d: %d recordings, the plan says %d", class, i, len(c.Recordings), p.N)
			}
			l := c.Label()
			want := class
			if class == Mispaired {
				want = None
			}
			if !l.Set.Has(want) && l.Set != Of(Constant) {
				t.Errorf("%v %d: label %v", class, i, l.Set)
			}
			if l.Identifiable {
				identifiable++
			}
			if l.Identifiable != (l.Why == Known) || l.Identifiable && l.Set.Len() != 1 {
				t.Errorf("%v %d: label %v", class, i, l)
			}
		}
		claims := class != None && class != Mispaired && class != Unmodelled
		if claims && identifiable < n/4 || !claims && identifiable > n/20 {
			t.Errorf("%v: %d of %d identifiable", class, identifiable, n)
		}
	}
}

// TestMissingFactsAreNeverEnumerated: without the fact that it needs no cause is listed.
func TestMissingFactsAreNeverEnumerated(t *testing.T) {
	needs := map[Cause][]Fact{
		Finalisation: {Finalised}, Transfer: {Uploaded}, QueueWait: {Connect}, DefinitionACD: {ACD}, DefinitionConnect: {Connect},
		DefinitionSecond: {Second}, DefinitionCreation: {Creation}, Handoff: {FirstEnd}, AfterCallWork: {WrapEnd}, PauseCut: {Pauses},
		HeaderWrite: {Header}, AccessTrim: {AnsweredStart},
	}
	for class, facts := range needs {
		for i := range 25 {
			c := New(8, i, Draw(8, class, i))
			o := without(&c.Observed, facts...)
			if got := Enumerate(o).Set; got.Has(class) {
				t.Errorf("%v %d: without %v: %v", class, i, facts, got)
			}
			for _, l := range known(class, o).Records() {
				if l.Identifiable && l.Set.Has(class) {
					t.Fatalf("%v %d: without %v a record is %v", class, i, facts, l.Set)
				}
			}
		}
	}
}

// TestHistories: the cause ends halfway, and what is said is of the half in which it acted.
func TestHistories(t *testing.T) {
	for _, class := range Mended {
		identifiable := 0
		for i := range 20 {
			c := New(9, i, DrawHistory(9, class, i))
			before, acting, outliers := 0, 0, 0
			for k, r := range c.Recordings {
				// A recording at the very border is told by clocks that are not quite together.
				early := r.Facts[SessionStart].At < c.Plan.Until+slack
				if early {
					before++
				}
				switch c.Causes[k] {
				case class:
					acting++
					if !early {
						t.Fatalf("%v %d: acts on a session after its end", class, i)
					}
				case Unmodelled:
					outliers++
				}
			}
			if len(c.Recordings) != 400 || before < 120 || before > 280 || outliers > 20 || acting < 20 {
				t.Errorf("%v %d: %d recordings, %d before the end, %d acting, %d outliers", class, i, len(c.Recordings), before, acting, outliers)
			}
			if c.Label().Identifiable {
				identifiable++
			}
		}
		if identifiable < 5 {
			t.Errorf("%v: %d of 20 identifiable", class, identifiable)
		}
	}
}

// TestMix holds the shares that section 7 fixes.
func TestMix(t *testing.T) {
	var seen, all [Facts]int
	whole, grid, constants, unmodelled, medley := 0, 0, 0, 0, 0
	const n = 1500
	for i := range n {
		p := Draw(1, Constant, i)
		if p.rounding[Start] != inMS {
			whole++
		}
		constants++
		if toGrid(p.offset) <= 2*second && abs(p.offset) > quarter/2 {
			grid++
		}
		if i >= 150 {
			continue
		}
		c := New(1, i, DrawMedley(1, i))
		for k, r := range c.Recordings {
			medley++
			if c.Causes[k] == Unmodelled {
				unmodelled++
			}
			for f := range Facts {
				if f == Second && r.Agents < 2 {
					continue
				}
				all[f]++
				if r.Facts[f].Seen {
					seen[f]++
				}
			}
		}
	}
	near := func(what string, got, of, mille, by int) {
		if share := got * 1000 / of; share < mille-by || share > mille+by {
			t.Errorf("%s: %d in a thousand, want %d", what, share, mille)
		}
	}
	near("whole-second manifests", whole, n, 200, 40)
	near("constants within 2 s of 15 minutes", grid, constants, 255, 40)
	near("unmodelled in medleys", unmodelled, medley, 360, 30)
	for f := range Facts {
		switch f {
		case Start, End, SessionStart, SessionEnd:
			near(f.String(), seen[f], all[f], 1000, 0)
		default:
			near(f.String(), seen[f], all[f], 850, 80)
		}
	}
}
