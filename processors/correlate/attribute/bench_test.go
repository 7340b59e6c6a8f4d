package attribute

import "testing"

// A hundred thousand recordings must be judged in a few seconds: both of their ways are measured.

func BenchmarkRecord(b *testing.B) {
	m := NewModel(Table{Zones: []Zone{london, paris, tokyo}})
	s := bent(90, 1024, FinalisationEnd)
	spread := m.Spread(s.cohort())
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		v := m.Record(s.recs[i%1024], spread)
		_ = v
	}
}

func BenchmarkRecordAligned(b *testing.B) {
	m := NewModel(Table{})
	s := newScene(91, 1024)
	spread := m.Spread(s.cohort())
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		v := m.Record(s.recs[i%1024], spread)
		_ = v
	}
}

func BenchmarkAdd(b *testing.B) {
	s := newScene(92, 100_000)
	c := NewCohort()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Add(s.recs[i%len(s.recs)], i >= len(s.recs))
	}
}

func BenchmarkCohort1024(b *testing.B) {
	m := NewModel(Table{Zones: []Zone{london, paris, tokyo}})
	c := bent(93, 1024, ConstantOffset).cohort()
	b.ReportAllocs()
	for b.Loop() {
		v := m.Cohort(c)
		_ = v
	}
}

func BenchmarkSpread1024(b *testing.B) {
	m := NewModel(Table{})
	c := newScene(94, 1024).cohort()
	b.ReportAllocs()
	for b.Loop() {
		m.Spread(c)
	}
}

func BenchmarkSwaps100000(b *testing.B) {
	m := NewModel(Table{})
	s := newScene(95, 100_000)
	swapped(s, [2]int{5, 9}, [2]int{77, 4_000})
	basis := s.cohort().Basis()
	b.ReportAllocs()
	for b.Loop() {
		if len(m.Swaps(s.recs, basis)) == 0 {
			b.Fatal("none")
		}
	}
}
