package oracle

import (
	"fmt"
	"strings"

	"holdfast.example/deploy/sandbox/tap"
	"holdfast.example/deploy/sandbox/wire"
)

func alertCorruptions() []corruption {
	var out []corruption
	change := func(name string, how func(a *wire.Alert)) {
		out = append(out, corruption{name, func(c *copyOf) {
			i := c.find(TopicAlerts, 0, func(r tap.Record) bool {
				a, err := wire.DecodeAlert(r.Value)
				return err == nil && strings.HasPrefix(a.Rule, "drift-") && a.Rule != "drift-outlier"
			})
			r := &c.out[TopicAlerts][i]
			a, _ := wire.DecodeAlert(r.Value)
			how(&a)
			r.Value = c.encodeAlert(a)
		}})
	}
	raw := func(name string, do func(c *copyOf)) { out = append(out, corruption{name, do}) }
	raw("drop", func(c *copyOf) { c.drop(TopicAlerts, 3) })
	raw("drop all", func(c *copyOf) { c.out[TopicAlerts] = nil })
	raw("twice", func(c *copyOf) { c.out[TopicAlerts] = append(c.out[TopicAlerts], c.out[TopicAlerts][3]) })
	raw("another key", func(c *copyOf) { c.out[TopicAlerts][3].Key[0] ^= 1 })
	raw("no value", func(c *copyOf) { c.out[TopicAlerts][3].Value = nil })
	change("another finding", func(a *wire.Alert) { a.Finding[0] ^= 1 })
	change("another rule", func(a *wire.Alert) { a.Rule += "x" })
	change("another subject", func(a *wire.Alert) { a.Subject += "x" })
	change("another grade", func(a *wire.Alert) { a.Grade = "established" })
	change("another n", func(a *wire.Alert) { a.N++ })
	change("another offset", func(a *wire.Alert) { *a.OffsetMS++ })
	change("no offset", func(a *wire.Alert) { a.OffsetMS = nil })
	change("another spread", func(a *wire.Alert) { *a.SpreadMS++ })
	change("another step", func(a *wire.Alert) { a.Step = "resolved" })
	change("another severity", func(a *wire.Alert) { a.Severity = "info" })
	change("another shape", func(a *wire.Alert) { a.Shape = "cut" })
	change("another leaf", func(a *wire.Alert) { a.Leaf[7] ^= 1 })
	change("another time", func(a *wire.Alert) { a.AtMS++ })
	change("other evidence", func(a *wire.Alert) { a.Evidence = append(a.Evidence, wire.Hash{1}) })
	change("no sentence", func(a *wire.Alert) { a.Summary = " " })
	change("two lines", func(a *wire.Alert) { a.Summary = "One.\nTwo." })
	raw("a user in the sentence", func(c *copyOf) {
		r := &c.out[TopicAlerts][3]
		a, _ := wire.DecodeAlert(r.Value)
		for _, e := range c.w.Conversations[0].Events {
			if e.UserID != "" {
				a.Summary = "Seen by " + e.UserID + "."
			}
		}
		r.Value = c.encodeAlert(a)
	})
	for seed := range uint64(6) {
		// Within the members that are checked: a letter of the sentence for people may be any letter.
		raw(fmt.Sprintf("bit flip, %d", seed), func(c *copyOf) { flip(c.out[TopicAlerts][3].Value[:80], seed) })
	}
	return out
}
