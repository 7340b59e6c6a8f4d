package correlate

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/RULES.md and testdata/golden.pin")

const rulesPage = "../../docs/RULES.md"

// At stake: what an operator reads at three in the morning is what the code does. docs/RULES.md is the catalogue printed.
func TestRulesPage(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Rules

Printed from the catalogue in ` + "`processors/correlate/rules.go`" + ` by ` + "`go test ./processors/correlate -run RulesPage -update`" + `; do not edit.

A finding is one thing that is wrong. Its id is SHA-256 over rule, entity and subject, each followed by a zero byte; no
time is in it, so the same finding always has the same id. Its life has three kinds of step: opened, updated, resolved.
Each is emitted once, as a leaf of the entity's chain on ` + "`custody.records`" + ` and as a record on ` + "`drift.alerts`" + ` that names
the leaf. The entity is the conversation, for the drift rules the cohort, for ` + "`source-stalled`" + ` the log.

| rule | severity | subject |
|---|---|---|
`)
	for _, r := range Rules() {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", r.ID, r.ID, r.Severity, r.Subject)
	}
	for _, r := range Rules() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n- Severity: %s\n- Subject: %s\n- Evidence: %s\n- What to do: %s\n", r.ID, r.Meaning, r.Severity, r.Subject, r.Evidence, r.Do)
	}
	if *update {
		if err := os.WriteFile(rulesPage, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	page, err := os.ReadFile(rulesPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != b.String() {
		t.Errorf("docs/RULES.md is not the catalogue; -update writes it.\n%s", difference(string(page), b.String()))
	}
}

// At stake: a finding without an entry in the catalogue would go out with no severity, which no leaf can hold: the shard
// would stop. And an entry that nothing raises misleads; the stories raise all, but for two that only scripts do.
func TestRulesAreRaised(t *testing.T) {
	raised := map[string]bool{}
	for seed := range uint64(25) {
		p := newPlay(t, seeded(seed), 2, tell(seeded(seed), 25))
		p.run()
		for _, line := range steps(t, p.outputs(false)) {
			raised[line] = true
		}
	}
	known := map[string]bool{}
	for _, r := range Rules() {
		if known[r.ID] {
			t.Errorf("%s stands twice in the catalogue", r.ID)
		}
		known[r.ID] = true
	}
	for rule := range raised {
		if !known[rule] {
			t.Errorf("%s is raised and not in the catalogue", rule)
		}
	}
	scripts := map[string]bool{ruleLate: true, ruleInverted: true, ruleUnmatched: true, // testdata
		driftPrefix + shapeCut: true, driftPrefix + shapeDegenerate: true, driftPrefix + shapeEndOnly: true}
	for rule := range known {
		if !raised[rule] && !scripts[rule] {
			t.Errorf("%s is in the catalogue and never raised", rule)
		}
	}
}
