package rig

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"holdfast.example/schemas"
)

// bucket is where the exports land.
const bucket = "legal-hold-exports"

// Parts in a thousand of what goes wrong at the sources.
const (
	perDuplicate = 30 // a delivery that comes again
	perPoison    = 6  // a record that nobody can read
	perNothing   = 3  // a record that is in order and about no conversation
	perManifest  = 4  // of conversations: a job's manifest with the rows of it and of some others
)

// open is how many conversations are told at once.
const open = 48

// cohort is a group of recordings that one exporter wrote with one fault.
type cohort struct {
	organization, channel, provider string
	shiftStart, shiftEnd, lag       int64 // ms
}

// raw is one record of a raw topic, as capture would write it.
type raw struct {
	topic      string
	key, value []byte
}

// world tells conversations out of a seed: the same records in the same order for the same seed. It is endless, and one
// goroutine's.
type world struct {
	dice      *rand.Rand
	cohorts   []cohort
	open      [][]raw // each a conversation's records that are still to come
	again     []raw   // deliveries that will be repeated
	sequencer uint64
	told      int
	atMS      int64
}

// conversation is one contact.
type conversation struct {
	id             string
	cohort         *cohort
	agents         []string
	startMS, endMS int64
	events         []happening
}

func newWorld(seed uint64) *world {
	w := &world{dice: rand.New(rand.NewPCG(seed, 0x686f6c64)), sequencer: 0x0064D3901D000000, atMS: 1_777_885_200_000}
	const minutes12 = 12 * 60_000
	for _, fault := range []cohort{{}, {shiftStart: minutes12, shiftEnd: minutes12}, {shiftStart: 90_000}, {lag: 2_500}} {
		for _, c := range [][2]string{{"Message", "PureCloud Messaging"}, {"Email", "PureCloud Email"}, {"Callback", "PureCloud Callback"}} {
			fault.organization, fault.channel, fault.provider = w.id(), c[0], c[1]
			w.cohorts = append(w.cohorts, fault)
		}
	}
	return w
}

// next returns the next record.
func (w *world) next() raw {
	switch n := w.dice.IntN(1000); {
	case n < perDuplicate && len(w.again) > 0:
		i := w.dice.IntN(len(w.again))
		r := w.again[i]
		w.again[i] = w.again[len(w.again)-1]
		w.again = w.again[:len(w.again)-1]
		return r
	case n < perDuplicate+perPoison:
		return w.poison()
	case n < perDuplicate+perPoison+perNothing:
		return w.nothing()
	}
	for len(w.open) < open {
		w.open = append(w.open, w.conversation())
	}
	i := w.dice.IntN(len(w.open))
	r := w.open[i][0]
	if w.open[i] = w.open[i][1:]; len(w.open[i]) == 0 {
		w.open[i] = w.open[len(w.open)-1]
		w.open = w.open[:len(w.open)-1]
	}
	if len(w.again) < 256 && w.chance(80) {
		w.again = append(w.again, r)
	}
	return r
}

func (w *world) chance(thousandth int) bool { return w.dice.IntN(1000) < thousandth }

func (w *world) bytes(n int) []byte {
	b := make([]byte, 0, n+8)
	for len(b) < n {
		b = binary.LittleEndian.AppendUint64(b, w.dice.Uint64())
	}
	return b[:n]
}

// id makes an id in the form of a UUID.
func (w *world) id() string {
	x := hexText(w.bytes(16))
	return x[:8] + "-" + x[8:12] + "-4" + x[13:16] + "-8" + x[17:20] + "-" + x[20:]
}

func (w *world) secret() *schemas.Secret { return (*schemas.Secret)(w.bytes(16)) }

// conversation makes a conversation and returns its records in their order.
func (w *world) conversation() []raw {
	w.told++
	c := &conversation{id: w.id(), cohort: &w.cohorts[w.dice.IntN(len(w.cohorts))], startMS: w.atMS}
	w.atMS += int64(w.dice.IntN(20_000))
	customer := happening{participant: w.id(), session: w.id()}
	at := c.startMS
	add := func(h happening, topic, disconnect string) {
		h.topic, h.atMS, h.disconnect = topic, at, disconnect
		c.events = append(c.events, h)
	}
	add(customer, "customer.start", "")
	agents := 1 + w.dice.IntN(2)
	for i := range agents {
		agent := happening{participant: w.id(), session: w.id(), user: w.id()}
		c.agents = append(c.agents, agent.user)
		at += int64(1_000 + w.dice.IntN(30_000))
		add(agent, "user.start", "")
		at += int64(60_000 + w.dice.IntN(600_000))
		if i+1 < agents {
			add(agent, "user.end", "TRANSFER")
			continue
		}
		c.endMS = at
		add(customer, "customer.end", "PEER")
		add(agent, "user.end", "CLIENT")
	}
	return w.tell(c)
}

// tell decides what of a conversation is exported and what of that arrives.
func (w *world) tell(c *conversation) []raw {
	var out []raw
	fate := w.dice.IntN(100)
	for i := range c.events {
		if fate == 0 || fate == 1 && i%2 == 1 { // no event arrives, or every second one
			continue
		}
		out = append(out, w.event(c, &c.events[i]))
	}
	if fate >= 85 { // most conversations are exported, these are not
		return out
	}
	recording := w.id()
	media, meta := w.files(c, recording)
	if w.chance(perManifest) {
		out = append(out, w.manifest(c, recording))
	}
	if fate == 6 {
		meta.body = []byte(`{"mediaType":"Message","startTime":`)
	}
	if fate != 2 && fate != 3 { // the media never arrives
		out = append(out, w.notify(c, media, "ObjectCreated:Put"), w.inspect(c, media, fate))
	}
	if fate != 4 && fate != 5 { // the metadata file never arrives
		out = append(out, w.notify(c, meta, "ObjectCreated:Put"), w.inspect(c, meta, 99))
	}
	switch fate {
	case 8: // a hold that was on is off
		out = append(out, w.inspect(c, media, fate+100))
	case 9: // another content under another version
		media.version, media.body = "v2"+media.version, w.bytes(96)
		media.etag = etag(media.body)
		out = append(out, w.notify(c, media, "ObjectCreated:Put"), w.inspect(c, media, 99))
	case 10:
		out = append(out, w.notify(c, media, "ObjectRemoved:Delete"))
	}
	return out
}

// files makes the two objects of a recording under their keys by the template.
func (w *world) files(c *conversation, recording string) (media, meta *file) {
	key := fmt.Sprintf("%s/year=2026/month=5/day=4/hour=%d/conversation_id=%s/%s.%s", c.cohort.organization, w.dice.IntN(24), c.id, recording, "zip")
	media = &file{key: key, version: hexText(w.bytes(8)), contentType: "application/zip", body: w.bytes(64)}
	meta = &file{key: key + "_metadata.json", version: hexText(w.bytes(8)), contentType: "application/json", body: c.metadata(recording)}
	media.etag, meta.etag = etag(media.body), etag(meta.body)
	return media, meta
}

func etag(body []byte) string {
	sum := sha256.Sum256(body)
	return hexText(sum[:16])
}
