package centre

import (
	"fmt"
	"math/rand/v2"
)

// dice draws everything a world decides, from its seed alone.
type dice struct{ r *rand.Rand }

func newDice(seed uint64) *dice {
	// The second word only keeps the streams of small seeds apart from those of other programs.
	return &dice{rand.New(rand.NewPCG(seed, 0x686f6c6466617374))}
}

// between draws from lo to hi, both included.
func (d *dice) between(lo, hi int) int { return lo + d.r.IntN(hi-lo+1) }

func (d *dice) ms(lo, hi int64) int64 { return lo + d.r.Int64N(hi-lo+1) }

// chance is true n times in of.
func (d *dice) chance(n, of int) bool { return d.r.IntN(of) < n }

// id draws a UUID of version 4.
func (d *dice) id() string {
	hi, lo := d.r.Uint64(), d.r.Uint64()
	hi = hi&^0xf000 | 0x4000
	lo = lo&^(3<<62) | 2<<62
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", hi>>32, hi>>16&0xffff, hi&0xffff, lo>>48, lo&0xffffffffffff)
}

// bytes draws n bytes; no two draws are alike.
func (d *dice) bytes(n int) []byte {
	b := make([]byte, n)
	for i := 0; i < n; i += 8 {
		v := d.r.Uint64()
		for j := i; j < min(i+8, n); j++ {
			b[j] = byte(v)
			v >>= 8
		}
	}
	return b
}

func pick[T any](d *dice, from []T) T { return from[d.r.IntN(len(from))] }
