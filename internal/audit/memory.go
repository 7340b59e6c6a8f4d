package audit

import (
	"slices"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
)

// memory is which facts the observations so far have told, as the contract of processors/observe and
// processors/correlate has it: an event, a notification, a row and an inspection of no recording are one fact however
// often they come. An inspection of a recording is news if it differs from the last one of its version and is no
// redelivery, which has the request id of an answer that was news.
type memory struct {
	seen    map[identity]struct{}
	secrets map[entity]schemas.Secret
	objects map[objectKey][]version
	known   map[recordingKey]struct{}
}

type identity struct {
	entity entity
	id     half
}

type recordingKey struct {
	entity    entity
	recording uint64
}

// objectKey names the versions of one object of a recording that go by one version id, or by none.
type objectKey struct {
	recordingKey
	object  half
	version uint64
}

// version is one of them; where there is no version id the ETag tells them apart, and an empty one fits any.
type version struct {
	etag       string
	last       half // fact last told
	read       bool
	hold, mode string
}

func newMemory() memory {
	return memory{seen: map[identity]struct{}{}, secrets: map[entity]schemas.Secret{}, objects: map[objectKey][]version{}, known: map[recordingKey]struct{}{}}
}

// see remembers an identity and says whether it is new.
func (m *memory) see(e entity, h half) bool {
	k := identity{e, h}
	if _, known := m.seen[k]; known {
		return false
	}
	m.seen[k] = struct{}{}
	return true
}

// take decides what an observation owes and takes it in.
func (m *memory) take(t *observed, f *fact, o *schemas.Observation) {
	told := half(o.FactID[:16])
	in := o.Inspection
	about := recordingOf(o)
	k := recordingKey{f.entity, short(about)}
	if about != "" {
		f.recording = short(id(about))
	}
	var v *version
	if in != nil && about != "" {
		if _, known := m.known[k]; known {
			v = m.find(k, in.Bucket+"/"+in.Key, in.VersionID, in.ETag, false)
		}
		answer := halfOf(append(append([]byte("answer "), o.FactID[:]...), in.RequestID...))
		f.owed = (v == nil || v.last != told) && m.see(f.entity, answer)
	} else {
		f.owed = m.see(f.entity, told)
	}
	if _, has := m.secrets[f.entity]; f.owed && !has && o.Secret != nil {
		m.secrets[f.entity] = *o.Secret
	}
	secret, has := m.secrets[f.entity]
	c := committer{secret, has}
	t.d.ofFact(o, c)
	f.says = t.d.sum() // of a redelivery too: should it make a leaf, it is known
	if !f.owed || about == "" {
		return
	}
	m.known[k] = struct{}{}
	switch {
	case o.Object != nil && o.Object.Action == schemas.ActionCreated:
		m.find(k, o.Object.Bucket+"/"+o.Object.Key, o.Object.VersionID, o.Object.ETag, true)
	case in != nil:
		v = m.find(k, in.Bucket+"/"+in.Key, in.VersionID, in.ETag, true)
		v.last = told
		if in.Outcome == schemas.OutcomeOK {
			f.owedLock = !v.read || v.hold != in.LegalHold || v.mode != in.RetentionMode
			v.read, v.hold, v.mode = true, in.LegalHold, in.RetentionMode
		}
		if f.owedLock {
			t.d.ofLock(o, c)
			f.lockSays = t.d.sum()
		}
	}
}

// find returns a version of an object; nil, or a new one, where there is none.
func (m *memory) find(k recordingKey, object, versionID, etag string, add bool) *version {
	key := objectKey{k, halfOf([]byte(object)), short(token(versionID))}
	list, etag := m.objects[key], token(etag)
	for i := range list {
		if v := &list[i]; versionID != "" || v.etag == etag || v.etag == "" || etag == "" {
			return v
		}
	}
	if !add {
		return nil
	}
	at, _ := slices.BinarySearchFunc(list, etag, func(v version, e string) int {
		switch {
		case v.etag < e:
			return -1
		case v.etag > e:
			return 1
		}
		return 0
	})
	list = slices.Insert(list, at, version{etag: etag})
	m.objects[key] = list
	return &m.objects[key][at]
}

// recordingOf is the recording that an observation is about, empty if none.
func recordingOf(o *schemas.Observation) string {
	switch {
	case o.Object != nil:
		return o.Object.RecordingID
	case o.Inspection != nil:
		return o.Inspection.RecordingID
	case o.Export != nil && !slices.Contains(o.Labels, schemas.LabelUnreadable):
		return o.Export.RecordingID
	}
	return ""
}

// committer makes the commitments of one entity.
type committer struct {
	secret schemas.Secret
	has    bool
}

func (c committer) of(field, value string) string {
	switch {
	case value == "":
		return ""
	case !c.has:
		return leaf.Withheld
	}
	return leaf.Commit(c.secret, field, value)
}
