package truth

// scale is how a length of time is spread over the recordings of one cohort.
type scale struct {
	lo, hi int64
	even   bool // each ms as likely as another; otherwise each octave
	// bunch in a thousand have the same length, peak: a timer ran out. Small bunches matter as much as large ones, because
	// a test for them that looks at an eighth does not see them.
	bunch int
	peak  int64

	feet []int64 // where the steps of the geometric scale begin; made when the first is drawn
}

// within draws a scale whose ends lie between lo and hi, at least a factor of two apart.
func (d *dice) within(lo, hi int64) scale {
	a, b := d.log(lo, hi), d.log(lo, hi)
	s := scale{lo: min(a, b), hi: max(a, b), even: d.mille(400)}
	s.hi = max(s.hi, 2*s.lo)
	if d.mille(250) {
		s.bunch = int(d.log(20, 600))
		s.peak = d.log(s.lo, s.hi)
	}
	return s
}

// flat is a scale without variance, but for a few ms.
func flat(at int64) scale { return scale{lo: at - 3, hi: at + 3, even: true} }

// of draws a length. It is what dice.log draws, with the steps kept: a cohort draws thousands.
func (d *dice) of(s *scale) int64 {
	if s.bunch > 0 && d.mille(s.bunch) {
		return s.peak + d.between(-3, 3)
	}
	if s.even {
		return d.between(s.lo, s.hi)
	}
	const bits = 10
	if s.feet == nil {
		for at := s.lo << bits; at < s.hi<<bits; at += at / growth {
			s.feet = append(s.feet, at)
		}
	}
	if len(s.feet) == 0 {
		return s.lo
	}
	at := s.feet[d.r.IntN(len(s.feet))]
	return d.between(at, min(at+at/growth, s.hi<<bits)) >> bits
}
