package leaf

import (
	"testing"

	"holdfast.example/schemas"
)

// typical is the leaf of a customer.start event, the most common one.
func typical() *Leaf {
	prev, raw := Sum([]byte("prev")), Sum([]byte("raw"))
	return &Leaf{
		Kind: KindEvent, Entity: "conversation:2f8c1d5e-6a1b-4d42-9b7a-0c5d1e2f3a4b", Seq: 12, Prev: &prev, Epoch: 40312, Shard: 3,
		Index: 1932841, Regime: Sum([]byte("regime")), AtMS: 1777886102118, Lock: schemas.LockHash, Evidence: []schemas.Hash{raw},
		Times: []Time{{
			Field: "eventTime", Clock: "genesys-cloud", LoMS: 1777886101873, HiMS: 1777886101873, Zone: "UTC",
			Text: "2026-05-04T09:15:01.873Z",
		}},
		Event: &Event{
			Topic: "customer.start", ParticipantID: "5c4e9a55-33b3-4c1b-8d9f-8f0a3a0f4d55", SessionID: "9e3b7a10-1d34-4c55-9a10-74d8a6f7a001",
			MediaType: "MESSAGE", MessageType: "WHATSAPP", Provider: "PureCloud Messaging", Direction: "INBOUND",
			OrganizationID: "8a1f3c3e-7a52-4f3f-8b51-9a8a3b7d6c11", User: Commit(schemas.Secret{1}, FieldUserID, "u-1"),
		},
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, c := range []struct {
		name string
		hash bool
	}{{"form", false}, {"form+sha256", true}} {
		b.Run(c.name, func(b *testing.B) {
			l, dst := typical(), make([]byte, 0, 2048)
			b.ReportAllocs()
			for b.Loop() {
				out, err := l.Append(dst)
				if err != nil {
					b.Fatal(err)
				}
				if b.SetBytes(int64(len(out))); c.hash {
					sink = Sum(out)
				}
			}
		})
	}
}

var sink schemas.Hash

func BenchmarkParse(b *testing.B) {
	in, _ := typical().Append(nil)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCommit(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Commit(schemas.Secret{1}, FieldObject, "bucket/year=2026/month=05/day=04/hour=09/conversation_id=x/recording.ogg")
	}
}

// The fold writes a leaf per observation: an allocation here is garbage at the rate of the stream.
func TestAppendDoesNotAllocate(t *testing.T) {
	l, dst := typical(), make([]byte, 0, 2048)
	if n := testing.AllocsPerRun(100, func() { l.Append(dst) }); n != 0 {
		t.Errorf("%v allocations a leaf", n)
	}
}
