package truth

import (
	"reflect"
	"testing"
)

// TestSeed: a cohort is its seed, class and index, whoever else asked before.
func TestSeed(t *testing.T) {
	for class := range Causes {
		a := New(9, 4, Draw(9, class, 4))
		_ = New(9, 5, Draw(9, class, 5))
		if b := New(9, 4, Draw(9, class, 4)); !reflect.DeepEqual(a, b) {
			t.Errorf("%s: the same seed made another cohort", class)
		}
		if b := New(10, 4, Draw(10, class, 4)); reflect.DeepEqual(a.Recordings, b.Recordings) {
			t.Errorf("%s: another seed made the same cohort", class)
		}
	}
	if a, b := New(9, 4, DrawMedley(9, 4)), New(9, 4, DrawMedley(9, 4)); !reflect.DeepEqual(a, b) {
		t.Error("the same seed made another medley")
	}
}

// TestMissing: to lose a fact leaves every other reading as it was; else a removal would change two things at once.
func TestMissing(t *testing.T) {
	p := Draw(3, QueueWait, 8)
	p.Missing = [Facts]bool{}
	full := New(3, 8, p)
	for lost := range Facts {
		p.Missing = [Facts]bool{}
		p.Missing[lost] = true
		c := New(3, 8, p)
		for i := range c.Recordings {
			for f := range Facts {
				want := full.Recordings[i].Facts[f]
				if f == lost {
					want = Reading{}
				}
				if got := c.Recordings[i].Facts[f]; got != want {
					t.Fatalf("without %s, recording %d: %s is %v, want %v", lost, i, f, got, want)
				}
			}
		}
	}
}

// TestPrecision: how each way of writing cuts an instant.
func TestPrecision(t *testing.T) {
	for _, c := range []struct {
		p        Precision
		at, want int64
		written  int64
		cut      bool
	}{
		{Fine, 1499, 1499, 1, false}, {Cut, 1999, 1000, 1000, true}, {CutUnsaid, 1999, 1000, 1000, false}, {Rounded, 1499, 1000, 1000, false},
		{Rounded, 1500, 2000, 1000, false}, {ZeroedCut, 1999, 1000, 1, false}, {Zeroed, 1500, 2000, 1, false}, {Cut, -1, -1000, 1000, true},
	} {
		if got, want := c.p.write(c.at), (Reading{At: c.want, Written: c.written, Cut: c.cut, Seen: true}); got != want {
			t.Errorf("precision %d of %d: %v, want %v", c.p, c.at, got, want)
		}
	}
}

// TestDice: a normal draw has the deviation asked for and no tail beyond six; a log-uniform one favours no octave.
func TestDice(t *testing.T) {
	d := newDice(1, None, 0)
	const n, sigma = 200_000, 8
	var sum, squares, octaves int64
	for range n {
		x := d.normal(sigma * 1000)
		sum, squares = sum+x, squares+x*x
		if abs(x) > 6*sigma+1 {
			t.Fatalf("drew %d at a deviation of %d", x, sigma)
		}
		y := d.log(64, 64<<12-1)
		if y < 64 || y >= 64<<12 {
			t.Fatalf("drew %d", y)
		}
		for y >>= 6; y > 1; y >>= 1 {
			octaves++
		}
	}
	if mean := sum * 100 / n; abs(mean) > 10 {
		t.Errorf("mean is %d hundredths", mean)
	}
	if variance := squares * 100 / n; abs(variance-sigma*sigma*100) > 100 {
		t.Errorf("variance is %d hundredths, want %d", variance, sigma*sigma*100)
	}
	// Twelve octaves, the mean of their numbers 0 to 11 is 5.5.
	if mean := octaves * 1000 / n; abs(mean-5500) > 40 {
		t.Errorf("mean octave is %d thousandths", mean)
	}
}

// interval is a reading as §1 has it, written once more: the enumerator has widths only.
func interval(o *Observed, r *Recording, f Fact) (lo, hi int64) {
	x := r.Facts[f]
	switch o.widthOf(f) {
	case 1000:
		return x.At, x.At + 999
	case 1500:
		return x.At - 500, x.At + 999
	}
	return x.At, x.At
}

// TestAligned: without a cause, no comparison of like with like departs by more than the slack. This is what the
// requirement of no finding in three million rests on; matrix counts the millions.
func TestAligned(t *testing.T) {
	compared := 0
	for i := range 300 {
		c := New(5, i, Draw(5, None, i))
		for k := range c.Recordings {
			r := &c.Recordings[k]
			for _, f := range []Fact{Start, End, Created, Header} {
				ref := SessionStart
				if f == End {
					ref = SessionEnd
				}
				if !r.Facts[f].Seen {
					continue
				}
				compared++
				lo, hi := interval(&c.Observed, r, f)
				rlo, rhi := interval(&c.Observed, r, ref)
				if max(lo-rhi, rlo-hi) > 50 {
					t.Fatalf("cohort %d, recording %d: %s is [%d, %d], its reference [%d, %d]", i, k, f, lo, hi, rlo, rhi)
				}
			}
		}
	}
	if compared < 200_000 {
		t.Errorf("%d comparisons", compared)
	}
}

// TestMix: precision depends on the mix, so the mix is held to what §7 says.
func TestMix(t *testing.T) {
	const n = 6000
	var lacking [Facts]int
	coarse, near, sizes := 0, 0, 0
	for i := range n {
		p := Draw(8, Constant, i)
		for f, m := range p.Missing {
			if m {
				lacking[f]++
			}
		}
		if p.Row != Fine {
			coarse++
		}
		if k := floor(p.Offset+lattice/2, lattice); k != 0 && abs(p.Offset-k*lattice) <= nearBy {
			near++
		}
		if p.N < 60 || p.N > 400 || p.Others != Fine {
			t.Fatalf("plan %+v", p)
		}
		sizes += p.N
	}
	about := func(what string, got, want int) {
		t.Helper()
		if got < want*9/10 || got > want*11/10 {
			t.Errorf("%s: %d of %d, want about %d", what, got, n, want)
		}
	}
	for f := range Facts {
		if always := f <= End || f == SessionStart || f == SessionEnd; always && lacking[f] > 0 {
			t.Errorf("%s is never missing, and is %d times", f, lacking[f])
		} else if !always {
			about(f.String()+" missing", lacking[f], n*15/100)
		}
	}
	about("whole-second manifests", coarse, n/5)
	about("constants near the lattice", near, n/4)
	about("mean size", sizes, n*230)
	records, lags := 0, 0
	for i := range 60 {
		c := New(8, i, DrawMedley(8, i))
		for _, cause := range c.Causes {
			records++
			if cause == Unmodelled {
				lags++
			}
		}
	}
	if share := lags * 1000 / records; share < 345 || share > 375 {
		t.Errorf("%d of 1,000 records are unmodelled", share)
	}
}
