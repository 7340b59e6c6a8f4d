package correlate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Change is one member of a regime document that differs between two of them.
type Change struct {
	Setting string `json:"setting"` // as in the configuration; fold, rules and shards are the binary's and the topic's
	Old     string `json:"old"`     // durations as an operator writes them
	New     string `json:"new"`
}

// Changes compares two regime documents, by setting, in the order of their members. Old and New are empty where a
// document does not have the member. An error names the document that is no regime document.
func Changes(from, to string) ([]Change, error) {
	var members [2]map[string]json.RawMessage
	for i, document := range [2]string{from, to} {
		if err := json.Unmarshal([]byte(document), &members[i]); err != nil {
			return nil, fmt.Errorf("regime document %.80q: %w", document, err)
		}
	}
	var names []string
	for _, m := range members {
		for name := range m {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var out []Change
	for _, name := range slices.Compact(names) {
		old, now := written(name, members[0][name]), written(name, members[1][name])
		if old != now {
			out = append(out, Change{strings.TrimSuffix(name, "_ms"), old, now})
		}
	}
	return out, nil
}

// written is a member as the configuration writes it.
func written(name string, value json.RawMessage) string {
	if value == nil || string(value) == "null" {
		return ""
	}
	var ms int64
	if strings.HasSuffix(name, "_ms") && json.Unmarshal(value, &ms) == nil {
		return (time.Duration(ms) * time.Millisecond).String()
	}
	var text string
	if json.Unmarshal(value, &text) == nil && text != "" {
		return text
	}
	return string(value)
}

// MayFollow refuses a regime that a log of so many shards could not take after the one in force, "" if none is: one
// that this binary cannot fold, that holds settings nobody could configure, or that would make it another log.
func MayFollow(inForce, next string, shards int32) error {
	r, _, err := parseRegime(next)
	if err != nil {
		return err
	}
	own, err := r.settings().Document(shards)
	switch {
	case r.Shards != int64(shards):
		return fmt.Errorf("the regime is for %d shards, the topic has %d: the partition count cannot be changed", r.Shards, shards)
	case err != nil:
		return err
	case own != next:
		return fmt.Errorf("the regime document leaves out a setting, or is not written as this release writes it")
	case inForce == "":
		return nil
	}
	old, _, err := parseRegime(inForce)
	if err != nil {
		return err
	}
	if old.Origin != r.Origin {
		return fmt.Errorf("the regime names the log %s, and this log is %s: another origin is another log, on topics of its own", r.Origin, old.Origin)
	}
	return nil
}

// settings are the operator's part of a regime.
func (r regime) settings() Settings {
	ms := func(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
	return Settings{
		MatchWindow: ms(r.MatchWindowMS), PatienceCompanion: ms(r.PatienceCompanionMS), PatienceExport: ms(r.PatienceExportMS),
		Settle: ms(r.SettleMS), Stalled: ms(r.StalledMS), CohortPatience: ms(r.CohortPatienceMS),
		Slack: ms(r.SlackMS), CohortMin: int(r.CohortMin), Origin: r.Origin,
	}
}
