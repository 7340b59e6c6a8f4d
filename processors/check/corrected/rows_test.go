package corrected_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/instant"
)

// row is what a reader makes of a row.
type row struct {
	place, refused string
	fact           schemas.ExportFact
	times          map[string]schemas.Reading
}

func rowsOf(text string) (rows []row, err error) {
	for r, err := range genesys.ReadManifest(strings.NewReader(text)) {
		if err != nil && r.Pointer == "" {
			return rows, err
		}
		var x genesys.Export
		if err == nil {
			x, err = genesys.ParseRow(r.Json)
		}
		one := row{place: r.Pointer, fact: x.Fact, times: map[string]schemas.Reading{}}
		if bad := (*genesys.Refused)(nil); errors.As(err, &bad) {
			one.refused = bad.Code + " " + bad.Pointer
		}
		one.fact.Projection = schemas.Hash{}
		for _, at := range x.Times {
			one.times[at.Field] = at
		}
		rows = append(rows, one)
	}
	return rows, nil
}

// sameRows holds a corrected manifest against its original: the same rows, but for times that are text now.
func sameRows(t failer, before, after string) {
	t.Helper()
	old, err := rowsOf(before)
	now, err2 := rowsOf(after)
	if err != nil || err2 != nil || len(old) != len(now) {
		t.Fatalf("%d rows, %v; then %d, %v\nbefore %.3000q\nafter  %.3000q", len(old), err, len(now), err2, before, after)
	}
	for i := range old {
		for name, r := range now[i].times {
			if was := old[i].times[name]; r.Text == text && was.Text != text {
				if r != instant.Read(name, instant.Clock(was.Clock), text, instant.RoundingUnknown) {
					t.Fatalf("row %s: %s is read as %+v", now[i].place, name, r)
				}
				old[i].times[name] = r
			}
		}
		if !reflect.DeepEqual(old[i], now[i]) {
			t.Fatalf("row %d\nbefore %+v\nafter  %+v", i, old[i], now[i])
		}
	}
}

// At stake: JSON goes out as good as it came in.
func valid(t failer, before, after string) {
	t.Helper()
	if json.Valid([]byte(before)) && !json.Valid([]byte(after)) {
		t.Fatalf("valid JSON went in\n%q\nand this came out\n%q", before, after)
	}
}

// failer is a test, or one case of a property's.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}
