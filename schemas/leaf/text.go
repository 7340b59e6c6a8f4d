package leaf

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strings"

	"holdfast.example/schemas"
)

// Limits of the text forms, in bytes.
const (
	MaxToken    = 128
	MaxTimeText = 40
)

// The alphabets, as bits: which byte may stand in which form.
const (
	inToken = 1 << iota
	inID
	inTimeText
	inSlash
)

var alphabet = func() (a [256]uint8) {
	mark := func(bit uint8, set string) {
		for i := range len(set) {
			a[set[i]] |= bit
		}
	}
	const digits = "0123456789"
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	mark(inToken, letters+digits+"_.:/ +;=,()<>-")
	mark(inID, letters+digits+"_.:-")
	mark(inSlash, "/")
	mark(inTimeText, digits+"TZ:.,+ -")
	return a
}()

func within(s string, bit uint8, max int) bool {
	if len(s) == 0 || len(s) > max {
		return false
	}
	for i := range len(s) {
		if alphabet[s[i]]&bit == 0 {
			return false
		}
	}
	return true
}

func isToken(s string) bool    { return within(s, inToken, MaxToken) }
func isID(s string) bool       { return within(s, inID, MaxToken) }
func isTimeText(s string) bool { return within(s, inTimeText, MaxTimeText) }

// Token gives s as a leaf may show it: itself where it is 1 to 128 characters of [A-Za-z0-9_.:/ +;=,()<>-], else
// "sha256:" and the lower-case hex SHA-256 of its bytes. The empty string, which a leaf leaves out, stays empty. Token
// of a token is that token, so a foreign text that itself reads "sha256:…" cannot be told from a hash: the raw evidence
// decides. Append does this to every foreign member; a caller needs Token only to compare.
func Token(s string) string {
	if s == "" || isToken(s) {
		return s
	}
	return string(appendHashed(nil, s))
}

func appendHashed(dst []byte, s string) []byte {
	var buf [64]byte // most texts that are no token are short: no copy of s on the heap
	var sum [32]byte
	if len(s) <= len(buf) {
		sum = sha256.Sum256(buf[:copy(buf[:], s)])
	} else {
		sum = sha256.Sum256([]byte(s))
	}
	dst = append(dst, "sha256:"...)
	return hex.AppendEncode(dst, sum[:])
}

// Sum is the SHA-256 of b: of a leaf, its name in prev and, in hex, its key on custody.records.
func Sum(b []byte) schemas.Hash { return sha256.Sum256(b) }

// Key is the key of b, a leaf or marker, on custody.records: its SHA-256 in lower-case hex.
func Key(b []byte) []byte {
	sum := Sum(b)
	return hex.AppendEncode(make([]byte, 0, 2*len(sum)), sum[:])
}

func isHash(s string) bool {
	if len(s) != 64 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func isCommitment(s string) bool { return s == Withheld || isHash(s) }

func isCohort(s string) bool {
	hash, ok := strings.CutPrefix(s, "cohort:")
	return ok && isHash(hash)
}

// isEntity: conversation:<id>, matter:<id>, unplaced:<id>, log:<id, also with />, cohort:<hash>.
func isEntity(s string) bool {
	kind, name, ok := strings.Cut(s, ":")
	switch {
	case !ok:
		return false
	case kind == "cohort":
		return isHash(name)
	case kind == "log":
		return within(name, inID|inSlash, MaxToken)
	}
	return contains(entityWords, kind) && isID(name)
}

// IsClock says whether a time may name this clock, IsZone whether it may name this zone, InYears whether a leaf can show
// the instant. They are for whoever must refuse a fact that could not be written.
func IsClock(s string) bool { return contains(clockWords, s) }

// IsZone: see IsClock.
func IsZone(s string) bool { return isZone(s) }

// InYears: see IsClock. ms is Unix ms.
func InYears(ms int64) bool { return minMS <= ms && ms <= maxMS }

// isZone: UTC, or an offset of at most 23:59 as +hh:mm or -hh:mm.
func isZone(s string) bool {
	if s == "UTC" {
		return true
	}
	if len(s) != 6 || (s[0] != '+' && s[0] != '-') || s[3] != ':' {
		return false
	}
	h, okH := digits(s[1:3])
	m, okM := digits(s[4:6])
	return okH && okM && h < 24 && m < 60
}

func isKind(s string) bool {
	if len(s) == 0 || len(s) > 32 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && c != '-' {
			return false
		}
	}
	return true
}

func contains(words []string, s string) bool {
	for _, w := range words {
		if w == s {
			return true
		}
	}
	return false
}

// The times a leaf can write: 1970-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z, Unix ms.
const (
	minMS = 0
	maxMS = 253402300799999
)

const dayMS = 24 * 60 * 60 * 1000

// appendTime appends ms, within minMS and maxMS, as 2026-05-04T09:15:02.118Z. The date is H. Hinnant's
// civil_from_days (howardhinnant.github.io/date_algorithms.html) for days from 1970 on.
func appendTime(dst []byte, ms int64) []byte {
	z := ms/dayMS + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day := doy - (153*mp+2)/5 + 1
	month := mp + 3
	if month > 12 {
		month -= 12
	}
	year := yoe + era*400
	if month <= 2 {
		year++
	}
	t := ms % dayMS
	two := func(b []byte, n int64) { b[0], b[1] = byte('0'+n/10), byte('0'+n%10) }
	text := [24]byte{4: '-', 7: '-', 10: 'T', 13: ':', 16: ':', 19: '.', 23: 'Z'}
	two(text[0:], year/100)
	two(text[2:], year%100)
	two(text[5:], month)
	two(text[8:], day)
	two(text[11:], t/3600000)
	two(text[14:], t/60000%60)
	two(text[17:], t/1000%60)
	text[20] = byte('0' + t/100%10)
	two(text[21:], t%100)
	return append(dst, text[:]...)
}

// parseTime reads what appendTime writes and nothing else.
func parseTime(s string) (int64, bool) {
	if len(s) != 24 || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[19] != '.' || s[23] != 'Z' {
		return 0, false
	}
	var n [7]int64
	for i, f := range [7]string{s[0:4], s[5:7], s[8:10], s[11:13], s[14:16], s[17:19], s[20:23]} {
		v, ok := digits(f)
		if !ok {
			return 0, false
		}
		n[i] = v
	}
	year, month, day := n[0], n[1], n[2]
	if year < 1970 || month < 1 || month > 12 || day < 1 || day > monthDays(year, month) || n[3] > 23 || n[4] > 59 || n[5] > 59 {
		return 0, false
	}
	if month <= 2 {
		year--
		month += 12
	}
	era := year / 400
	yoe := year - era*400
	doy := (153*(month-3)+2)/5 + day - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	days := era*146097 + doe - 719468
	return days*dayMS + n[3]*3600000 + n[4]*60000 + n[5]*1000 + n[6], true
}

func monthDays(year, month int64) int64 {
	switch {
	case month == 2 && (year%4 == 0 && year%100 != 0 || year%400 == 0):
		return 29
	case month == 2:
		return 28
	case month == 4 || month == 6 || month == 9 || month == 11:
		return 30
	}
	return 31
}

func digits(s string) (int64, bool) {
	var n int64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' || n > (math.MaxInt64-9)/10 {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, len(s) > 0
}

// appendString appends s, valid UTF-8, as RFC 8785 3.2.2.2 writes it.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= 0x20:
			dst = append(dst, c)
		case shortEscape[c] != 0:
			dst = append(dst, '\\', shortEscape[c])
		default:
			dst = append(dst, '\\', 'u', '0', '0', '0'+c>>4, "0123456789abcdef"[c&15])
		}
	}
	return append(dst, '"')
}

var shortEscape = [0x20]byte{'\b': 'b', '\t': 't', '\n': 'n', '\f': 'f', '\r': 'r'}
