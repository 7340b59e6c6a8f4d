package oracle

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"strings"

	"holdfast.example/deploy/sandbox/wire"
)

// readOpenings keeps the newest opening of each entity and computes what each of its values commits to.
func (j *judge) readOpenings() {
	newest := map[string]wire.Opening{}
	for _, r := range j.out[TopicOpenings] {
		if r.Value == nil {
			j.object("opening", "a tombstone over %s, and nobody erased anything", r.Key)
			continue
		}
		o, err := wire.DecodeOpening(r.Value)
		if err != nil {
			j.object("opening", "partition %d, offset %d: %v", r.Partition, r.Offset, err)
			continue
		}
		if string(r.Key) != o.Entity {
			j.object("opening", "key %.80q over the opening of %s", r.Key, o.Entity)
			continue
		}
		if before, ok := newest[o.Entity]; ok && before.Secret != o.Secret {
			j.object("opening", "%s: the secret has changed", o.Entity)
		}
		newest[o.Entity] = o
	}
	for entity, o := range newest {
		if o.Spilled != 0 {
			j.object("opening", "%s: %d values left out, with so few", entity, o.Spilled)
		}
		commits := map[string]string{}
		for i, f := range o.Fields {
			commits[commit(o.Secret, f.Name, f.Value)] = f.Name + "=" + f.Value
			if i > 0 && (f.Name < o.Fields[i-1].Name || f.Name == o.Fields[i-1].Name && f.Value <= o.Fields[i-1].Value) {
				j.object("opening", "%s: values are not in ascending order, each once", entity)
			}
		}
		j.opening[entity] = commits
	}
	j.report.Openings = len(newest)
}

// commit is HMAC-SHA-256 (RFC 2104) under the entity's secret of "holdfast/v1", the field's name, 0x00, the value.
func commit(secret [16]byte, field, value string) string {
	mac := hmac.New(sha256.New, secret[:])
	mac.Write([]byte("holdfast/v1" + field + "\x00" + value))
	return hex.EncodeToString(mac.Sum(nil))
}

// commitments opens every commitment in every leaf, and objects to openings that open nothing.
func (j *judge) commitments() {
	used := map[string]map[string]bool{}
	for _, l := range j.leaves {
		for name, c := range committed(l) {
			opened, ok := j.opening[l.entity][c]
			if !ok {
				j.object("opening", "%s of %s, seq %d: its %s does not open", l.kind, l.entity, l.seq, name)
				continue
			}
			if field, _, _ := strings.Cut(opened, "="); field != fieldOf(name) {
				j.object("opening", "%s of %s, seq %d: its %s opens as a %s", l.kind, l.entity, l.seq, name, field)
				continue
			}
			l.opened[c] = opened
			if used[l.entity] == nil {
				used[l.entity] = map[string]bool{}
			}
			used[l.entity][c] = true
		}
	}
	for _, entity := range sorted(j.opening) {
		for _, c := range sorted(j.opening[entity]) {
			if !used[entity][c] {
				field, _, _ := strings.Cut(j.opening[entity][c], "=")
				j.object("opening", "%s: a %s that no leaf commits to", entity, field)
			}
		}
	}
}

// committed returns the commitments of a leaf by the member they stand in.
func committed(l *leaf) map[string]string {
	out := map[string]string{}
	for _, name := range []string{"user", "object", "principal"} {
		if c := l.body.text(name); c != "" {
			out[name] = c
		}
	}
	for i, c := range l.body.object("export").texts("users") {
		out["users/"+string(rune('0'+i))] = c
	}
	return out
}

// fieldOf is the field under which the member's value is committed.
func fieldOf(member string) string {
	if strings.HasPrefix(member, "user") {
		return "user_id"
	}
	return member
}

const uuidLength = 36

// uuids yields every UUID in a text.
func uuids(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 0; i+uuidLength <= len(s); i++ {
			if s[i+8] == '-' && s[i+13] == '-' && s[i+18] == '-' && s[i+23] == '-' && !yield(s[i:i+uuidLength]) {
				return
			}
		}
	}
}

// personal objects to personal data that stands in clear in a leaf or in what an alert says.
func (j *judge) personal() {
	ids, texts := map[string]bool{}, []string{"/conversation_id=", "/year="}
	for _, s := range j.world.Personal() {
		if len(s) == uuidLength {
			ids[s] = true
		} else if !strings.Contains(s, "/year=") {
			texts = append(texts, s) // keys by the template are found by their folders
		}
	}
	clear := func(text string) string {
		for id := range uuids(text) {
			if ids[id] {
				return "a user id"
			}
		}
		for _, t := range texts {
			if strings.Contains(text, t) {
				return "a bucket, an object key or a principal"
			}
		}
		return ""
	}
	for _, l := range j.leaves {
		if what := clear(string(l.raw)); what != "" {
			j.object("custody", "%s of %s, seq %d: %s stands in clear", l.kind, l.entity, l.seq, what)
		}
	}
	for _, a := range j.alerts {
		if what := clear(a.Summary + a.Subject); what != "" {
			j.object("alert", "%s of %s: %s stands in clear", a.Rule, a.Entity, what)
		}
	}
}
