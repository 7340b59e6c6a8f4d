package main

import (
	"testing"
	"time"
)

// A zone is told with the shifts that its law makes, and none else: the offset in force at any time is the database's.
func TestZone(t *testing.T) {
	for _, name := range []string{"Europe/London", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"} {
		z, err := loadZone(name)
		if err != nil {
			t.Fatal(err)
		}
		l, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		for at := time.Date(zoneFrom, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < zoneTo; at = at.Add(30 * time.Minute) {
			for i+1 < len(z.Shifts) && z.Shifts[i+1].From <= at.UnixMilli() {
				i++
			}
			if _, want := at.In(l).Zone(); z.Shifts[i].Offset != int64(want)*1000 {
				t.Fatalf("%s at %v: %d ms, want %d s", name, at, z.Shifts[i].Offset, want)
			}
		}
		if name == "Europe/London" && len(z.Shifts) != 1+2*(zoneTo-zoneFrom) {
			t.Errorf("%s has %d shifts", name, len(z.Shifts))
		}
	}
	for _, name := range []string{"", "Local", "Europe/Lodnon", "../etc/passwd"} {
		if _, err := loadZone(name); err == nil {
			t.Errorf("%q is taken for a zone", name)
		}
	}
}
