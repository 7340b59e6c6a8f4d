package demo

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"holdfast.example/deploy/sandbox/oracle"
	"holdfast.example/deploy/sandbox/tap"
	"holdfast.example/deploy/sandbox/wire"
)

const (
	custodyFile = "custody.ndjson"
	alertsFile  = "alerts.ndjson"
	// differencesFile holds all objections, one a line; it is there only where there are any.
	differencesFile = "differences.txt"
)

// custodyLine is one line of custody.ndjson: the leaf as the very text that is hashed.
type custodyLine struct {
	Key  string `json:"key"`
	Leaf string `json:"leaf"`
}

// alertLine is one line of alerts.ndjson.
type alertLine struct {
	Finding  string   `json:"finding"`
	Rule     string   `json:"rule"`
	Severity string   `json:"severity"`
	Step     string   `json:"step"`
	Entity   string   `json:"entity"`
	Subject  string   `json:"subject"`
	Grade    string   `json:"grade"`
	Shape    string   `json:"shape,omitempty"`
	N        int64    `json:"n"`
	OffsetMS *int64   `json:"offset_ms"`
	SpreadMS *int64   `json:"spread_ms"`
	Summary  string   `json:"summary"`
	Evidence []string `json:"evidence"`
	Leaf     string   `json:"leaf"`
	AtMS     int64    `json:"at_ms"`
	Late     bool     `json:"late"`
}

// export writes the two files of outputs. Markers are no leaves and are left out.
func export(dir string, out tap.Output) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the output folder: %w", err)
	}
	var custody, alerts []any
	for _, r := range out[oracle.TopicCustody] {
		if c, err := wire.DecodeCustody(r.Value); err == nil && !c.Marker {
			custody = append(custody, custodyLine{string(r.Key), string(c.JSON)})
		}
	}
	for _, r := range out[oracle.TopicAlerts] {
		a, err := wire.DecodeAlert(r.Value)
		if err != nil {
			continue // the oracle has objected to it
		}
		line := alertLine{Finding: a.Finding.String(), Rule: a.Rule, Severity: a.Severity, Step: a.Step, Entity: a.Entity,
			Subject: a.Subject, Grade: a.Grade, Shape: a.Shape, N: a.N, OffsetMS: a.OffsetMS, SpreadMS: a.SpreadMS,
			Summary: a.Summary, Evidence: []string{}, Leaf: a.Leaf.String(), AtMS: a.AtMS, Late: a.Late}
		for _, h := range a.Evidence {
			line.Evidence = append(line.Evidence, h.String())
		}
		alerts = append(alerts, line)
	}
	return errors.Join(writeLines(filepath.Join(dir, custodyFile), custody), writeLines(filepath.Join(dir, alertsFile), alerts))
}

// differences writes all objections to their file, or removes what an earlier run left there.
func differences(dir string, r *oracle.Report) error {
	path := filepath.Join(dir, differencesFile)
	if r.Agrees() {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove old differences: %w", err)
		}
		return nil
	}
	var b strings.Builder
	for _, d := range r.Differences {
		b.WriteString(d.String() + "\n")
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		return fmt.Errorf("write differences: %w", err)
	}
	return nil
}

func writeLines(path string, lines []any) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write outputs: %w", err)
	}
	b := bufio.NewWriter(f)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	for _, line := range lines {
		if err := e.Encode(line); err != nil {
			return errors.Join(fmt.Errorf("write %s: %w", path, err), f.Close())
		}
	}
	if err := errors.Join(b.Flush(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
