package leaf

import (
	"strconv"

	"holdfast.example/schemas"
)

// check holds n, an object, to its shape: the members of the table, each in its form, no other; then the rules that
// tie members together. A body is checked apart, once the kind is known.
func check(n *node, of *shape, path string) error {
	if n.kind != '{' {
		return refuse(n, path, "not an object")
	}
	for i := range n.kids {
		kid := &n.kids[i]
		m := of.member(kid.name)
		if m == nil {
			return refuse(kid, path, "a member that is not one of "+of.name)
		}
		if err := checkMember(kid, m, path+"/"+kid.name); err != nil {
			return err
		}
	}
	for i := range of.members {
		m := &of.members[i]
		kid := n.get(m.name)
		switch {
		case kid == nil && m.need:
			return refuse(n, path, m.name+" is missing")
		case kid != nil && m.more != "" && !full(n.get(m.more), of.member(m.more).max):
			return refuse(kid, path+"/"+m.name, "only after a full list of "+m.more)
		}
	}
	return checkRules(n, of, path)
}

func refuse(n *node, path, reason string) error {
	return &Refused{Offset: n.at, Pointer: path, Reason: reason}
}

func (s *shape) member(name string) *member {
	for i := range s.members {
		if s.members[i].name == name {
			return &s.members[i]
		}
	}
	return nil
}

// full: a list is cut at its own limit, or at TightList (evidence is not).
func full(list *node, max int) bool {
	return list != nil && (len(list.kids) == max || len(list.kids) == TightList && max != MaxEvidence)
}

func checkMember(n *node, m *member, path string) error {
	if m.max == 0 {
		return checkValue(n, m, path)
	}
	switch {
	case n.kind != '[':
		return refuse(n, path, "not a list")
	case len(n.kids) == 0:
		return refuse(n, path, "an empty list is left out")
	case len(n.kids) > m.max:
		return refuse(n, path, "more items than "+strconv.Itoa(m.max))
	}
	for i := range n.kids {
		if err := checkValue(&n.kids[i], m, path+"/"+strconv.Itoa(i)); err != nil {
			return err
		}
	}
	return nil
}

func checkValue(n *node, m *member, path string) error {
	ok := false
	switch m.form {
	case formObject:
		if m.of == nil { // the body
			ok = n.kind == '{'
			break
		}
		return check(n, m.of, path)
	case formThrough:
		return checkThrough(n, path)
	case formVersion:
		ok = n.kind == '0' && n.num == Version
	case formCount:
		ok = n.kind == '0' && n.num >= 0
	case formPositive:
		ok = n.kind == '0' && n.num >= 1
	case formShard:
		ok = n.kind == '0' && n.num >= 0 && n.num <= maxShard
	case formInteger:
		ok = n.kind == '0'
	case formWord:
		ok = n.kind == '"' && contains(m.words, n.str)
	default:
		ok = n.kind == '"' && isForm(m.form, n.str)
	}
	if !ok {
		return refuse(n, path, "not of the form "+formNames[m.form])
	}
	return nil
}

func isForm(f form, s string) bool {
	switch f {
	case formKind:
		return isKind(s)
	case formEntity:
		return isEntity(s)
	case formTime:
		_, ok := parseTime(s)
		return ok
	case formHash:
		return isHash(s)
	case formID:
		return isID(s)
	case formToken:
		return isToken(s)
	case formCommitment:
		return isCommitment(s)
	case formCohort:
		return isCohort(s)
	case formZone:
		return isZone(s)
	case formText:
		return isTimeText(s)
	case formDocument:
		return CheckCanonical([]byte(s)) == nil
	}
	panic("leaf: a form without a check")
}

func checkThrough(n *node, path string) error {
	if n.kind != '{' || len(n.kids) == 0 {
		return refuse(n, path, "not an object with a member")
	}
	for i := range n.kids {
		kid := &n.kids[i]
		if !contains(sourceWords, kid.name) {
			return refuse(kid, path, "not a source")
		}
		if ms, ok := parseTime(kid.str); kid.kind != '"' || !ok || ms == 0 {
			return refuse(kid, path+"/"+kid.name, "not of the form time, after 1970 began")
		}
	}
	return nil
}

// checkRules: what no single member says.
func checkRules(n *node, of *shape, path string) error {
	reason := ""
	switch of {
	case leafShape:
		if (n.get("seq").num == 1) != (n.get("prev") == nil) {
			reason = "prev is absent exactly where seq is 1"
		}
		if labels := n.get("labels"); labels != nil {
			for i := 1; i < len(labels.kids); i++ {
				if labels.kids[i-1].str >= labels.kids[i].str {
					reason = "labels not ascending"
				}
			}
		}
	case timeShape:
		reason = checkInterval(n)
	case offsetShape:
		if n.get("lo_ms").num > n.get("hi_ms").num {
			reason = "lo_ms is above hi_ms"
		}
	case markerShape:
		if n.get("shard").num >= n.get("shards").num {
			reason = "shard is not below shards"
		}
	}
	if reason != "" {
		return refuse(n, path, reason)
	}
	return nil
}

func checkInterval(n *node) string {
	lo, hi := n.get("lo"), n.get("hi")
	switch {
	case n.get("text") != nil && n.get("text_sha256") != nil:
		return "text and its hash"
	case (lo == nil) != (hi == nil):
		return "lo without hi, or hi without lo"
	case (lo == nil) != (n.get("refused") != nil):
		return "refused stands exactly where lo and hi do not"
	case lo != nil && lo.str > hi.str:
		return "lo is after hi"
	}
	return ""
}

// checkRegime ties the body of a regime leaf to the leaf.
func checkRegime(document string, regime schemas.Hash) error {
	if Sum([]byte(document)) != regime {
		return &Refused{Pointer: "/body/document", Reason: "its SHA-256 is not regime"}
	}
	return nil
}
