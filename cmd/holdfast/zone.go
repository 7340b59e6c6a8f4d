package main

import (
	"errors"
	"time"
	_ "time/tzdata" // zones also where the system has none

	"holdfast.example/processors/correlate/attribute"
)

// Years whose shifts a zone is told with: from before there was a cloud to as far ahead as anybody plans.
const (
	zoneFrom = 2000
	zoneTo   = 2040
)

// loadZone is a zone of the IANA database as data.
func loadZone(name string) (attribute.Zone, error) {
	if name == "" || name == "Local" {
		return attribute.Zone{}, errors.New("want a name of the IANA time zone database, such as Europe/London")
	}
	l, err := time.LoadLocation(name)
	if err != nil {
		return attribute.Zone{}, errors.New("no zone of the IANA time zone database; write, for example, Europe/London")
	}
	z := attribute.Zone{Name: name}
	for at := time.Date(zoneFrom, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < zoneTo; {
		_, offset := at.In(l).Zone()
		shift := attribute.Shift{From: at.UnixMilli(), Offset: int64(offset) * 1000}
		if n := len(z.Shifts); n == 0 || z.Shifts[n-1].Offset != shift.Offset { // a bound may be a new name alone
			z.Shifts = append(z.Shifts, shift)
		}
		_, end := at.In(l).ZoneBounds()
		if end.IsZero() {
			break
		}
		at = end.UTC()
	}
	return z, nil
}
