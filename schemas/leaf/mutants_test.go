package leaf

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Two readers that agree on chosen cases may still part on what an attacker finds. Here bytes are changed at random, and
// for every change both must give the same answer.
func TestPythonAgreesOnMutants(t *testing.T) {
	v, r := readVectors(t), rand.New(rand.NewPCG(3, 1))
	pieces := []string{`"`, `\`, `,`, `:`, `{`, `}`, `[`, `]`, ` `, `0`, `1`, `-`, `.`, `e`, `A`, `z`, `null`, `true`, `""`, `[]`, `{}`, `\n`,
		`\u000a`, `\u001f`, `\ud800`, "\xff", "é", "\x00", `,"a":1`, `9007199254740993`, `"v":2`, `,"text":"1"`, `,"prev":"x"`, `1e1`, `Z`, `/`}
	var mutants []vector
	for i := range 4000 {
		base := v.Accepted[r.IntN(len(v.Accepted))]
		b := base.bytes(t)
		if len(b) > 2000 {
			continue
		}
		for range 1 + r.IntN(2) {
			from := r.IntN(len(b))
			to := min(len(b), from+r.IntN(3))
			piece := pieces[r.IntN(len(pieces))]
			switch r.IntN(4) {
			case 0: // a piece of the text itself
				at := r.IntN(len(b))
				piece = string(b[at:min(len(b), at+r.IntN(30))])
			case 1: // a letter or digit that may well be as good
				piece, to = string("0123456789abcdefxyz"[r.IntN(19)]), min(len(b), from+1)
			}
			b = slices.Concat(b[:from], []byte(piece), b[to:])
		}
		mutants = append(mutants, newVector(fmt.Sprint("mutant ", i, " of ", base.Name), base.What, b))
	}
	bothAnswer(t, mutants)
}

// Random bytes seldom stay canonical, so they test the form and not the tables. Here every member of every vector is
// taken out, and replaced by values of every form, and the text written canonically again.
func TestPythonAgreesOnMembers(t *testing.T) {
	values := []any{0, 1, -1, true, nil, "", "x", "x y", "a/b", "é", "2026-05-04T09:15:02.118Z", "1970-01-01T00:00:00.000Z", "+05:30", "UTC",
		Withheld, strings.Repeat("0a", 32), "cohort:" + strings.Repeat("0a", 32), "log:a/b", "hash", "ON", "media", "s3", "event", "{}",
		strings.Repeat("x", 40), strings.Repeat("1", 41), strings.Repeat("x", 129), []any{}, []any{"x"}, map[string]any{}, map[string]any{"x": 1}}
	var mutants []vector
	for _, base := range readVectors(t).Accepted {
		b := base.bytes(t)
		if len(b) > 2000 {
			continue
		}
		d := json.NewDecoder(bytes.NewReader(b))
		d.UseNumber()
		var root any
		if err := d.Decode(&root); err != nil {
			t.Fatal(err)
		}
		emit := func(where string) {
			var out bytes.Buffer
			e := json.NewEncoder(&out)
			e.SetEscapeHTML(false)
			if err := e.Encode(root); err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprint("mutant ", len(mutants), " of ", base.Name, where)
			mutants = append(mutants, newVector(name, base.What, bytes.TrimSuffix(out.Bytes(), []byte("\n"))))
		}
		eachMember(root, "", func(object map[string]any, name, where string) {
			kept := object[name]
			delete(object, name)
			emit(where)
			for _, v := range values {
				object[name] = v
				emit(where)
			}
			object[name] = kept
		})
	}
	bothAnswer(t, mutants)
}

func eachMember(v any, where string, do func(object map[string]any, name, where string)) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			eachMember(v[name], where+"/"+name, do)
			do(v, name, where+"/"+name)
		}
	case []any:
		for _, item := range v {
			eachMember(item, where, do)
		}
	}
}

// bothAnswer asks both readers about every mutant.
func bothAnswer(t *testing.T, mutants []vector) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("python3 is missing, and CI must have the second reader")
		}
		t.Skip("python3 is missing: the second reader was not asked about mutants")
	}
	all := vectors{Accepted: []vector{}, Refused: mutants, Commitments: []commitment{}, Tokens: []token{}, Rests: []restOf{}}
	counts := map[string]int{}
	for i := range mutants {
		b, err := hex.DecodeString(mutants[i].Hex)
		if err != nil {
			t.Fatal(err)
		}
		mutants[i].Answer, _, _ = answer(mutants[i].What, b)
		counts[mutants[i].Answer]++
	}
	if counts[""] < 100 || counts["refused"] < 100 {
		t.Fatalf("the mutants are of one sort: %v", counts)
	}
	path := filepath.Join(t.TempDir(), "mutants.json")
	file, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(python, "../../deploy/verify-lite/read_vectors.py", path).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%.4000s", err, out)
	}
	t.Logf("both readers: %v", counts)
}
