package correlate

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/leaf"
)

// FoldVersion names the rules of this fold, RulesVersion its catalogue of findings. A change of either is a new regime.
const (
	FoldVersion  = 1
	RulesVersion = 1
)

// Settings are what an operator chooses and the fold depends on. They reach it through the log only, as a regime.
type Settings struct {
	MatchWindow       time.Duration // how far apart recording and session may lie in event time and still be paired by time
	PatienceCompanion time.Duration // arrival time: how long a recording's media waits for its metadata, and the reverse
	PatienceExport    time.Duration // arrival time: how long a manifest row waits for its object
	Settle            time.Duration // quiet time after the last fact before a recording is judged
	Stalled           time.Duration // a source whose proven time lies further back is stalled
	CohortPatience    time.Duration // how long departing recordings wait for their cohort to reach CohortMin
	Slack             time.Duration // J of the attribution procedure: what two agreeing clocks may differ by
	CohortMin         int           // recordings before a cohort is judged at all
	Origin            string        // name of the log these records will be sealed in
}

// Defaults are the settings of a production install.
func Defaults() Settings {
	return Settings{
		MatchWindow: 15 * time.Minute, PatienceCompanion: 15 * time.Minute, PatienceExport: 72 * time.Hour,
		Settle: time.Minute, Stalled: time.Minute, CohortPatience: 24 * time.Hour,
		Slack: 50 * time.Millisecond, CohortMin: 30, Origin: "holdfast/log",
	}
}

// Validate returns every mistake at once, each naming the setting.
func (s Settings) Validate() error {
	var errs []error
	for _, d := range []struct {
		name string
		v    time.Duration
	}{
		{"match_window", s.MatchWindow}, {"patience_companion", s.PatienceCompanion}, {"patience_export", s.PatienceExport},
		{"settle", s.Settle}, {"stalled", s.Stalled}, {"cohort_patience", s.CohortPatience}, {"slack", s.Slack},
	} {
		if d.v < time.Millisecond || d.v > 3650*24*time.Hour || d.v%time.Millisecond != 0 {
			errs = append(errs, fmt.Errorf("%s is %v: want whole milliseconds from 1ms to ten years", d.name, d.v))
		}
	}
	if s.CohortMin < 2 || s.CohortMin > maxSample {
		errs = append(errs, fmt.Errorf("cohort_min is %d: want 2 to %d", s.CohortMin, maxSample))
	}
	if !genesys.IsID(strings.ReplaceAll(s.Origin, "/", ".")) {
		errs = append(errs, fmt.Errorf("origin is %q: want 1 to 128 of A-Z a-z 0-9 _ . : - /", s.Origin))
	}
	return errors.Join(errs...)
}

// regime is a regime document, decoded. Members are in ascending order, so that encoding/json writes the canonical form.
type regime struct {
	CohortMin           int64  `json:"cohort_min"`
	CohortPatienceMS    int64  `json:"cohort_patience_ms"`
	Fold                int64  `json:"fold"`
	MatchWindowMS       int64  `json:"match_window_ms"`
	Origin              string `json:"origin"`
	PatienceCompanionMS int64  `json:"patience_companion_ms"`
	PatienceExportMS    int64  `json:"patience_export_ms"`
	Rules               int64  `json:"rules"`
	SettleMS            int64  `json:"settle_ms"`
	Shards              int64  `json:"shards"`
	SlackMS             int64  `json:"slack_ms"`
	StalledMS           int64  `json:"stalled_ms"`
}

// Document returns the regime document of these settings for a log of that many shards: canonical JSON whose SHA-256
// every leaf names.
func (s Settings) Document(shards int32) (string, error) {
	if err := s.Validate(); err != nil {
		return "", err
	}
	b, err := json.Marshal(regime{
		CohortMin: int64(s.CohortMin), CohortPatienceMS: s.CohortPatience.Milliseconds(), Fold: FoldVersion,
		MatchWindowMS: s.MatchWindow.Milliseconds(), Origin: s.Origin,
		PatienceCompanionMS: s.PatienceCompanion.Milliseconds(), PatienceExportMS: s.PatienceExport.Milliseconds(),
		Rules: RulesVersion, SettleMS: s.Settle.Milliseconds(), Shards: int64(shards),
		SlackMS: s.Slack.Milliseconds(), StalledMS: s.Stalled.Milliseconds(),
	})
	if err != nil {
		return "", fmt.Errorf("encode regime: %w", err)
	}
	return string(b), leaf.CheckCanonical(b)
}

// parseRegime reads a regime document; what it does not know it refuses, since it could not fold by it.
func parseRegime(document string) (regime, schemas.Hash, error) {
	var r regime
	if err := leaf.CheckCanonical([]byte(document)); err != nil {
		return r, schemas.Hash{}, fmt.Errorf("regime document: %w", err)
	}
	d := json.NewDecoder(strings.NewReader(document))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, schemas.Hash{}, fmt.Errorf("regime document: %w", err)
	}
	if r.Fold != FoldVersion || r.Rules != RulesVersion {
		return r, schemas.Hash{}, fmt.Errorf("regime document asks for fold %d, rules %d; this binary has %d, %d: run the release that has them", r.Fold, r.Rules, FoldVersion, RulesVersion)
	}
	return r, sha256.Sum256([]byte(document)), nil
}
