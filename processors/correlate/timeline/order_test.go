package timeline

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas/instant"
)

// words draws what sources say of a conversation's sessions: few ids and few times, so that they meet and contradict each
// other.
func words(t *rapid.T) []Session {
	stamp := func(t *rapid.T, label string) Stamp {
		if rapid.IntRange(0, 4).Draw(t, label+" is missing") == 0 {
			return Stamp{}
		}
		lo := nine + rapid.Int64Range(0, 6).Draw(t, label)*600_000
		clock := rapid.SampledFrom([]instant.Clock{instant.GenesysCloud, instant.GenesysProvider, instant.Analytics, instant.Architect}).Draw(t, label+" clock")
		return Stamp{lo, lo + rapid.SampledFrom([]int64{0, 999}).Draw(t, label+" width"), string(clock), rapid.IntRange(0, 9).Draw(t, label+" zoned") > 0}
	}
	one := rapid.Custom(func(t *rapid.T) Session {
		role := rapid.SampledFrom([]string{Customer, Customer, Agent, Agent, Queue}).Draw(t, "role")
		return Session{
			ID: rapid.SampledFrom([]string{"", "s1", "s2", "s3"}).Draw(t, "id"), Role: role,
			Media: rapid.SampledFrom([]string{"", "MESSAGE", "CHAT"}).Draw(t, "media"), Provider: rapid.SampledFrom([]string{"", "p", "q"}).Draw(t, "provider"),
			User: rapid.SampledFrom([]string{"", "u1", "u2"}).Draw(t, "user"), Start: stamp(t, "start"), End: stamp(t, "end"), Wrapup: stamp(t, "wrapup"),
		}
	})
	return rapid.SliceOfN(one, 0, 12).Draw(t, "words")
}

// At stake (T1): files are found in any order and events come in any order; what a recording is held against, and all that
// is observed of it, is the same.
func TestAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		said := words(t)
		x := &Export{Session: rapid.SampledFrom([]string{"", "", "s1", "s2"}).Draw(t, "named")}
		for _, name := range []string{"start_time", "end_time", "created_at"} {
			if rapid.Bool().Draw(t, name+" is there") {
				lo := nine + rapid.Int64Range(0, 6).Draw(t, name)*600_000
				x.Times = append(x.Times, Time{name, meanings[name].fact, meanings[name].other, Stamp{lo, lo, string(instant.ExportMetadata), rapid.Bool().Draw(t, name+" zoned")}})
			}
		}
		tell := func(said []Session) string {
			c := conversation(said...)
			ref := c.Refer(x, fifteen)
			var r attribute.Recording
			c.Observe(&r, x, ref)
			session := Session{}
			if ref.Session != nil {
				session = *ref.Session
			}
			ref.Session = nil
			return fmt.Sprintf("%+v\n%+v\n%+v\n%d", ref, session, r, c.Agents())
		}
		want := tell(said)
		if got := tell(rapid.Permutation(said).Draw(t, "order")); got != want {
			t.Fatalf("in another order\n%s\nwas\n%s", got, want)
		}
		if got := tell(slices.Concat(said, said[:rapid.IntRange(0, len(said)).Draw(t, "again")])); got != want {
			t.Fatalf("with some said twice\n%s\nwas\n%s", got, want)
		}
	})
}

// At stake: what is told of a session was said of it. No bound is made up, a customer session's end is none before its
// own, and nothing that began after the next one is in it.
func TestNothingIsMadeUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := conversation(words(t)...)
		ref := c.Refer(nil, fifteen)
		if ref.Session == nil {
			if slices.ContainsFunc(c.Sessions, func(s Session) bool { return s.Role == Customer }) {
				t.Fatalf("no session of %+v", c.Sessions)
			}
			return
		}
		said := func(s Stamp, of func(*Session) Stamp) bool {
			return slices.ContainsFunc(c.Sessions, func(q Session) bool { return of(&q).Lo == s.Lo && of(&q).Known() })
		}
		if ref.Start != ref.Session.Start || ref.End.Known() && !said(ref.End, func(s *Session) Stamp { return s.End }) {
			t.Fatalf("%s, which nobody said, of %+v", showReference(ref), c.Sessions)
		}
		if ref.End.Known() && (!ref.Session.End.Known() || ref.End.Lo < ref.Session.End.Lo) {
			t.Fatalf("%s, and the customer ended %s", showReference(ref), show(ref.Session.End))
		}
		var r attribute.Recording
		c.Observe(&r, nil, ref)
		for f, of := range map[attribute.Fact]func(*Session) Stamp{attribute.AgentConnect: func(s *Session) Stamp { return s.Start }, attribute.SecondStart: func(s *Session) Stamp { return s.Start },
			attribute.FirstEnd: func(s *Session) Stamp { return s.End }, attribute.WrapupEnd: func(s *Session) Stamp { return s.Wrapup }, attribute.ACDStart: func(s *Session) Stamp { return s.Start }} {
			if rd := r.Readings[f]; rd.Present() && !said(Stamp{rd.Lo, rd.Hi, "x", true}, of) {
				t.Fatalf("%s %d, which nobody said, of %+v", f, rd.Lo, c.Sessions)
			}
		}
		for i := range c.Sessions {
			next := &c.Sessions[i]
			if second := r.Readings[attribute.SecondStart]; second.Present() && next.Role == Customer && next.Start.Known() && ref.Start.Known() && next.Start.Lo > ref.Start.Lo && second.Lo >= next.Start.Lo {
				t.Fatalf("a second agent at %d, who is of the session from %d on", second.Lo, next.Start.Lo)
			}
		}
	})
}
