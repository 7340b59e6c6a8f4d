package page

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// number writes 12345 as 12,345.
func number(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "s") {
		return number(int64(n)) + " " + noun + "es"
	}
	return number(int64(n)) + " " + noun + "s"
}

func clock(d time.Duration) string {
	d = d.Round(time.Second)
	return fmt.Sprintf("%02d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}

func sum(of map[string]int) int64 {
	n := 0
	for _, v := range of {
		n += v
	}
	return int64(n)
}

func kindsOf(kinds map[string]int) string {
	var names []string
	for k := range kinds {
		names = append(names, k)
	}
	slices.Sort(names)
	for i, k := range names {
		names[i] = fmt.Sprintf("%d %s", kinds[k], k)
	}
	return strings.Join(names, ", ")
}
