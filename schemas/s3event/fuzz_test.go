package s3event

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"holdfast.example/schemas"
)

// Foreign bytes may not panic; what is read is bounded and can be stored; and what is read twice is the same.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no samples: ", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"Records":[` + small + `,` + small + `]}`))
	f.Add([]byte(`{"Type":"Notification","Message":"{\"Records\":[]}"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Parse(raw)
		if err != nil {
			var refused *Refused
			if !errors.As(err, &refused) || refused.Code == "" || refused.Reason == "" || len(refused.Error()) > 1024 || len(m.Notifications) != 0 {
				t.Fatalf("%+v, %v", m, err)
			}
			return
		}
		if m.Test != (len(m.Notifications) == 0) || len(m.Notifications) > MaxRecords {
			t.Fatalf("%+v", m)
		}
		again, err := Parse(bytes.Clone(raw))
		if err != nil || !reflect.DeepEqual(m, again) {
			t.Fatalf("a second reading differs: %+v, %v", again, err)
		}
		for i, n := range m.Notifications {
			k := ParseKey(n.Fact.Key)
			if n.Index != i || n.ConversationID != k.ConversationID || n.Fact.RecordingID != k.RecordingID {
				t.Fatalf("%+v", n)
			}
			object := n.Fact
			rec := schemas.Observation{Source: schemas.SourceS3, Lock: schemas.LockHash, Object: &object, Times: n.Times, Labels: n.Labels}
			if _, err := schemas.Append(nil, &rec); err != nil {
				t.Fatalf("%+v cannot be stored: %v", n, err)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"direct", "sns", "eventbridge"} {
		raw := sample(b, name)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				if _, err := Parse(raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
