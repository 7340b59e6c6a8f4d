package schemas

import "testing"

// sampleObservation is an event as observe writes it: two times, no labels.
func sampleObservation() *Observation {
	raw, secret := Hash{1, 2, 3}, Secret{4}
	return &Observation{
		Entity: "conversation:5a8bc0ff-1c0f-4d0f-9c39-0a2e2ba0e5c1", FactID: Hash{9}, Source: SourceEvents, ArrivalMS: 1777886103123,
		Lock: LockHash, RawSHA256: &raw, Secret: &secret, Origin: Origin{Topic: TopicConversationEvents, Partition: 3, Offset: 123456},
		Times: []Reading{
			{Field: "eventTime", Clock: "genesys-cloud", LoMS: 1777886102118, HiMS: 1777886102118, Zone: "UTC", Text: "2026-05-04T09:15:02.118Z"},
			{Field: "time", Clock: "eventbridge", LoMS: 1777886102000, HiMS: 1777886102999, Zone: "UTC", Text: "2026-05-04T09:15:02Z"},
		},
		Event: &EventFact{Topic: "customer.start", ParticipantID: "0c1e6f0e-8a3f-4b5e-b3a1-9f0f8a6f7c11", SessionID: "7f0a5a0e-2b9e-4f7c-9a64-1d2f3e4a5b6c",
			MediaType: "MESSAGE", MessageType: "WEBMESSAGING", Provider: "PureCloud Messaging", Direction: "INBOUND", OrganizationID: "d1b2c3d4-aaaa-bbbb-cccc-0123456789ab"},
	}
}

// goalNS is what decoding one observation may take.
const goalNS = 3000

func report(b *testing.B) {
	ns := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
	verdict := "reached"
	if ns > goalNS {
		verdict = "MISSED"
	}
	b.Logf("goal %d ns, got %.0f ns: %s", goalNS, ns, verdict)
}

func BenchmarkObservationDecode(b *testing.B) {
	bytes, err := Append(nil, sampleObservation())
	if err != nil {
		b.Fatal(err)
	}
	b.Run("fresh", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Decode(bytes); err != nil {
				b.Fatal(err)
			}
		}
		report(b)
	})
	b.Run("reused", func(b *testing.B) {
		b.ReportAllocs()
		var o Observation
		for b.Loop() {
			if err := DecodeObservation(bytes, &o); err != nil {
				b.Fatal(err)
			}
		}
		report(b)
	})
}

func BenchmarkObservationAppend(b *testing.B) {
	o := sampleObservation()
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if dst, err = Append(dst[:0], o); err != nil {
			b.Fatal(err)
		}
	}
}
