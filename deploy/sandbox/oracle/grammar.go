package oracle

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The members a leaf, a marker and each body may have, as docs/FORMAT.md lists them; "!" marks one that must be there.
// A member that is not in the list is an objection: it is how personal data would get into a leaf unseen.
var (
	leafMembers = split("at! body! entity! epoch! evidence evidence_more index! kind! labels lock prev regime! seq! shard! times times_more v!")
	markMembers = split("count! epoch! first! shard! shards! through v!")
	timeMembers = split("clock! field! hi lo refused text text_sha256 zone")
	bodyMembers = map[string][]string{
		"event":      split("direction disconnect_type media_type message_type organization_id participant_id provider session_id topic user"),
		"object":     split("action! etag object! organization_id principal recording_id role! sequencer size version_id"),
		"inspection": split("checksum checksum_type content_type error_code etag export object organization_id outcome recording_id role sha256 size version_id"),
		"lock":       split("legal_hold! object! recording_id retention_mode! version_id"),
		"pairing":    split("agents! by! objects objects_more recording_id session_id window_ms!"),
		"verdict":    split("agents! cohort grade! locus mechanism missing offset_ms offsets offsets_more recording_id shape"),
		"alert":      split("finding! grade n! offset_ms rule! severity! shape spread_ms step! subject"),
		"cohort":     split("channel departing! grade! locus mechanism members! n! offset_ms organization_id provider shape spread_ms stratum stratum_n!"),
		"regime":     split("document!"),
	}
	exportMembers = split("aliases aliases_more conversation_id direction duration_ms file_sha256! form! media_type participants participants_more pointer projection! provider recording_id session_id users users_more")
	partMembers   = split("role! sha256 version_id")
	offsetMembers = split("clock_a! clock_b! field! hi_ms! lo_ms!")
)

func split(s string) []string { return strings.Fields(s) }

// members objects to a member that is not in the list, and to one that must be there and is not.
func membersOf(o object, list []string) error {
	known := map[string]bool{}
	for _, name := range list {
		name, must := strings.CutSuffix(name, "!")
		known[name] = true
		if _, ok := o[name]; must && !ok {
			return fmt.Errorf("no member %q", name)
		}
	}
	for name := range o {
		if !known[name] {
			return fmt.Errorf("a member %q that the format does not have", name)
		}
	}
	return nil
}

var (
	hashForm   = regexp.MustCompile(`^[0-9a-f]{64}$`)
	entityForm = regexp.MustCompile(`^(conversation:[A-Za-z0-9_.:-]{1,128}|unplaced:[A-Za-z0-9_.:-]{1,128}|cohort:[0-9a-f]{64}|log:[A-Za-z0-9_.:/-]{1,128})$`)
)

const timeForm = "2006-01-02T15:04:05.000Z"

func readTime(s string) (int64, error) {
	t, err := time.Parse(timeForm, s)
	if err != nil || t.Format(timeForm) != s {
		return 0, fmt.Errorf("%q is not a time with milliseconds", s)
	}
	return t.UnixMilli(), nil
}

// grammar objects to a leaf whose members are not those of its kind, or not of their form.
func grammar(l object) error {
	if err := membersOf(l, leafMembers); err != nil {
		return err
	}
	if v, _ := l.number("v"); v != 1 {
		return fmt.Errorf("v is not 1")
	}
	kind := l.text("kind")
	body, ok := l["body"].(object)
	if !ok || bodyMembers[kind] == nil {
		return fmt.Errorf("kind %q has no body here", kind)
	}
	if err := membersOf(body, bodyMembers[kind]); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	for _, name := range []string{"epoch", "index", "seq", "shard"} {
		if n, ok := l.number(name); !ok || n < 0 {
			return fmt.Errorf("%s is no count", name)
		}
	}
	if !entityForm.MatchString(l.text("entity")) {
		return fmt.Errorf("entity %q", l.text("entity"))
	}
	if _, err := readTime(l.text("at")); err != nil {
		return fmt.Errorf("at: %w", err)
	}
	for _, h := range append(l.texts("evidence"), l.text("regime")) {
		if !hashForm.MatchString(h) {
			return fmt.Errorf("%q is no SHA-256", h)
		}
	}
	if labels := l.texts("labels"); !slices.IsSorted(labels) || len(slices.Compact(slices.Clone(labels))) != len(labels) {
		return fmt.Errorf("labels are not ascending, each once")
	}
	return inner(l, body)
}

// inner looks into the lists and objects within a leaf.
func inner(l, body object) error {
	for _, v := range l.list("times") {
		t, _ := v.(object)
		if err := membersOf(t, timeMembers); err != nil {
			return fmt.Errorf("times: %w", err)
		}
		if t["refused"] != nil {
			continue
		}
		lo, err1 := readTime(t.text("lo"))
		hi, err2 := readTime(t.text("hi"))
		if err1 != nil || err2 != nil || lo > hi {
			return fmt.Errorf("times: %s is no interval", t.text("field"))
		}
	}
	if x, ok := body["export"].(object); ok {
		if err := membersOf(x, exportMembers); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	for name, list := range map[string][]string{"objects": partMembers, "offsets": offsetMembers} {
		for _, v := range body.list(name) {
			o, _ := v.(object)
			if err := membersOf(o, list); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}
