package truth

import "math/rand/v2"

// dice draws everything a cohort decides.
type dice struct{ r *rand.Rand }

// newDice is the stream of one cohort. Class and index go into the second word, so that no cohort's draws depend on how
// many another one made.
func newDice(seed uint64, class Cause, index int) *dice {
	return &dice{rand.New(rand.NewPCG(seed, uint64(class)<<48|uint64(index)))}
}

// between draws from lo to hi, both included.
func (d *dice) between(lo, hi int64) int64 { return lo + d.r.Int64N(hi-lo+1) }

// mille is true n times in a thousand.
func (d *dice) mille(n int) bool { return d.r.IntN(1000) < n }

// sign is 1 or -1.
func (d *dice) sign() int64 { return 1 - 2*int64(d.r.IntN(2)) }

// growth is how far one step of the geometric scale reaches: 1/64 of its foot.
const growth = 64

// log draws from lo to hi, 0 < lo <= hi, so that each octave is as likely as another. The scale is cut into steps of
// 1/64 growth; one is drawn, then a place in it. Within a step the draw is uniform instead of log-uniform, which moves
// no probability by more than 1 % and needs no float. The last step may be cut short by hi: it is drawn as the others
// are and folded into [foot, hi].
func (d *dice) log(lo, hi int64) int64 {
	// Fixed point with 10 bits keeps the growth of small numbers; the largest draws are hours.
	const bits = 10
	steps := 0
	for at := lo << bits; at < hi<<bits; at += at / growth {
		steps++
	}
	if steps == 0 {
		return lo
	}
	at := lo << bits
	for range d.r.IntN(steps) {
		at += at / growth
	}
	top := min(at+at/growth, hi<<bits)
	return d.between(at, top) >> bits
}

// normal draws around zero with a standard deviation of sigma microseconds, in milliseconds: twelve uniform draws of 16
// bits, whose sum has the deviation 1<<16.
func (d *dice) normal(sigma int64) int64 {
	var sum int64
	for range 3 {
		for v := d.r.Uint64(); v != 0; v >>= 16 {
			sum += int64(v & 0xffff)
		}
	}
	return floor((sum-6*0xffff)*sigma+500<<16, 1000<<16)
}

// floor divides toward minus infinity; by is positive.
func floor(x, by int64) int64 {
	q := x / by
	if x%by < 0 {
		q--
	}
	return q
}

func abs(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}
