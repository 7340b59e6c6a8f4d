package truth

import "iter"

// Recordings yields every recording with its conversation's events, in the order of the world.
func (w *World) Recordings() iter.Seq[*Recording] {
	return func(yield func(*Recording) bool) {
		for _, c := range w.Conversations {
			for _, r := range c.Recordings {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// Objects yields every object of the world, manifests last.
func (w *World) Objects() iter.Seq[*Object] {
	return func(yield func(*Object) bool) {
		for r := range w.Recordings() {
			for _, o := range r.Objects {
				if !yield(o) {
					return
				}
			}
		}
		for _, m := range w.Manifests {
			if !yield(m.Object) {
				return
			}
		}
	}
}

// Count adds n to how often a case is played.
func (w *World) Count(c Case, n int) {
	if w.Counts == nil {
		w.Counts = map[Case]int{}
	}
	w.Counts[c] += n
}

// Reference returns the metadata or row that a recording's clocks are compared by: the newest claim that was put, and
// whether there is one.
func (r *Recording) Reference() (*Export, bool) {
	var found *Export
	if r.Row != nil && r.Row.Manifest.Object.Put {
		found = r.Row.Export
	}
	for _, o := range r.Objects {
		if o.Put && o.Export != nil {
			found = o.Export
		}
	}
	return found, found != nil
}

// Has reports whether an object of the role was put and announced for the recording.
func (r *Recording) Has(role Role) bool {
	for _, o := range r.Objects {
		if o.Role == role && (o.Put || o.Phantom) {
			return true
		}
	}
	return false
}

// Personal returns what must not stand in clear in any leaf: user ids, object keys, principals, the bucket.
func (w *World) Personal() []string {
	out := []string{w.Principal, w.Bucket}
	seen := map[string]bool{}
	add := func(s string) {
		if s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	for _, c := range w.Conversations {
		for _, e := range c.Events {
			add(e.UserID)
		}
	}
	for o := range w.Objects() {
		add(o.Key)
		if o.Export != nil {
			for _, u := range o.Export.UserIDs {
				add(u)
			}
		}
	}
	return out
}
