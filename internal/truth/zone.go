package truth

const (
	second  = int64(1000)
	minute  = 60 * second
	quarter = 15 * minute // every zone's offset is a multiple
	hour    = 60 * minute
	day     = 24 * hour
	newYear = int64(1767225600000) // 2026-01-01T00:00:00Z
)

// in2026 is an instant of the year that all cohorts lie in: the day of the year from 1, and the hour and minute.
func in2026(yearDay, h, m int64) int64 { return newYear + (yearDay-1)*day + h*hour + m*minute }

// zones are the ones that an exporter may be configured for. Lord Howe jumps by half an hour only.
var zones = [...]Zoned{
	{"Europe/London", []Offset{{newYear, 0}, {in2026(88, 1, 0), hour}, {in2026(298, 1, 0), 0}}},
	{"Europe/Berlin", []Offset{{newYear, hour}, {in2026(88, 1, 0), 2 * hour}, {in2026(298, 1, 0), hour}}},
	{"America/New_York", []Offset{{newYear, -5 * hour}, {in2026(67, 7, 0), -4 * hour}, {in2026(305, 6, 0), -5 * hour}}},
	{"Australia/Adelaide", []Offset{{newYear, 42 * quarter}, {in2026(94, 16, 30), 38 * quarter}, {in2026(276, 16, 30), 42 * quarter}}},
	{"Australia/Lord_Howe", []Offset{{newYear, 44 * quarter}, {in2026(94, 15, 0), 42 * quarter}, {in2026(276, 15, 30), 44 * quarter}}},
	{"Asia/Kolkata", []Offset{{newYear, 22 * quarter}}},
	{"America/Sao_Paulo", []Offset{{newYear, -3 * hour}}},
	{"UTC", []Offset{{newYear, 0}}},
}

const (
	jumping = 5 // the first of them have a summer time
	ahead   = 7 // and the first of them an offset
)
