package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// grouped writes an integer with a comma between thousands.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count is a number with its noun.
func count(n int64, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + plural(one)
}

func plural(one string) string {
	if stem, ok := strings.CutSuffix(one, "ry"); ok {
		return stem + "ries"
	}
	return one + "s"
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

// Precision of a comparison, by its τ: what is finer than a side was written is not said.
const (
	tauTenths = 100    // above: one tenth of a second at best
	tauWhole  = 1_000  // above: seconds
	tauMinute = 60_000 // above: minutes
)

// signed writes an offset with its sign, no finer than its τ: +720.000 s, about +720 s, about +12 min.
func signed(ms, tau int64) string {
	sign, u := "+", magnitude(ms)
	if ms < 0 {
		sign = "-"
	}
	switch {
	case tau < tauTenths:
		if ms == 0 {
			sign = ""
		}
		return fmt.Sprintf("%s%s.%03d s", sign, grouped(int64(u/1000)), u%1000)
	case tau < tauWhole:
		u = (u + 50) / 100
		return fmt.Sprintf("about %s%s.%d s", unless(u == 0, sign), grouped(int64(u/10)), u%10)
	case tau < tauMinute:
		u = (u + 500) / 1000
		return fmt.Sprintf("about %s%s s", unless(u == 0, sign), grouped(int64(u)))
	}
	u = (u + 30_000) / 60_000
	return fmt.Sprintf("about %s%s min", unless(u == 0, sign), grouped(int64(u)))
}

func unless(not bool, s string) string {
	if not {
		return ""
	}
	return s
}

// length writes a span of time: 52 ms, 2.752 s, 12 min 0.000 s, 1 h 2 min 3.000 s, 3 d 4 h.
func length(ms int64) string {
	const minute, hour, day = 60_000, 3_600_000, 86_400_000
	sign, u := "", magnitude(ms)
	if ms < 0 {
		sign = "-"
	}
	switch {
	case u < 1000:
		return fmt.Sprintf("%s%d ms", sign, u)
	case u < minute:
		return fmt.Sprintf("%s%d.%03d s", sign, u/1000, u%1000)
	case u < hour:
		return fmt.Sprintf("%s%d min %d.%03d s", sign, u/minute, u%minute/1000, u%1000)
	case u < day:
		return fmt.Sprintf("%s%d h %d min %d.%03d s", sign, u/hour, u%hour/minute, u%minute/1000, u%1000)
	}
	return fmt.Sprintf("%s%s d %d h %d min %d.%03d s", sign, grouped(int64(u/day)), u%day/hour, u%hour/minute, u%minute/1000, u%1000)
}

// span writes a long time without what is below a minute.
func span(ms int64) string {
	const minute, hour, day = 60_000, 3_600_000, 86_400_000
	switch u := magnitude(ms); {
	case u < hour:
		return length(ms)
	case u < day:
		return fmt.Sprintf("%d h %d min", u/hour, u%hour/minute)
	default:
		return fmt.Sprintf("%s d %d h", grouped(int64(u/day)), u%day/hour)
	}
}

// later writes an offset as words: 12 min 0.000 s later, about 12 min earlier; no finer than its τ.
func later(ms, tau int64) string {
	which, u := "later", int64(min(magnitude(ms), math.MaxInt64))
	if ms < 0 {
		which = "earlier"
	}
	switch {
	case tau < tauTenths:
		return length(u) + " " + which
	case tau < tauWhole:
		u = (u + 50) / 100 * 100
	case tau < tauMinute:
		u = (u + 500) / 1000 * 1000
	default:
		u = (u + 30_000) / 60_000 * 60_000
	}
	return "about " + trimmed(length(u)) + " " + which
}

// trimmed takes a fraction of nothing off.
func trimmed(s string) string { return strings.Replace(s, ".000 s", " s", 1) }

// share writes k of n.
func share(k, n int64) string { return grouped(k) + " of " + grouped(n) }
