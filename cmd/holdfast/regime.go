package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"holdfast.example/cmd/holdfast/settings"
	"holdfast.example/processors/correlate"
	"holdfast.example/processors/observe/clock"
	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// errNotYet is regime apply's end where no clock has answered in time. The request stands.
var errNotYet = errors.New("not in force yet")

func newRegime(l *loader) *cobra.Command {
	c := &cobra.Command{Use: "regime", Short: "Shows and changes the settings that reach the fold", Args: noVerb,
		Long: "The settings under correlate decide what custody records say, so they stand in the log: the regime. A worker\n" +
			"whose configuration makes another regime stops. To change a setting, change it in every worker's configuration,\n" +
			"run holdfast regime apply with that configuration, and restart the workers that run clock or correlate.",
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	c.AddCommand(newRegimeShow(l), newRegimeApply(l))
	return c
}

func newRegimeShow(l *loader) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{Use: "show", Short: "Shows the regime in force, the one asked for, and how this configuration differs", Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, v, err := l.regimes(cmd.Context())
			switch {
			case err != nil:
				return err
			case asJSON:
				return writeJSON(cmd.OutOrStdout(), v)
			}
			return v.print(cmd.OutOrStdout())
		}}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON, with the whole documents")
	return c
}

func newRegimeApply(l *loader) *cobra.Command {
	var (
		yes  bool
		wait time.Duration
	)
	c := &cobra.Command{Use: "apply", Short: "Asks the clock to put this configuration's regime in force; shows what would change without --yes", Args: exactly(0, ""),
		Long: "Compares this configuration's settings under correlate with those in force and prints what differs. With --yes it\n" +
			"asks the clock to put them in force and waits until it has. The request stands: a clock that starts later answers\n" +
			"it. The newest request counts; applying the configuration in force takes back what was asked before.\n\n" +
			"Exit code 1: no clock has answered within --wait.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, v, err := l.regimes(cmd.Context())
			if err != nil {
				return err
			}
			return config.apply(cmd.Context(), cmd.OutOrStdout(), v, yes, wait)
		}}
	c.Flags().BoolVar(&yes, "yes", false, "ask the clock; without it nothing is written")
	c.Flags().DurationVar(&wait, "wait", time.Minute, "how long to wait for the clock")
	return c
}

// regimeView is one regime as regime show shows it.
type regimeView struct {
	Regime   string `json:"regime"` // SHA-256 of the document, as in every leaf
	Document string `json:"document"`
	Since    int64  `json:"since_tick,omitempty"`
}

// regimesView is the log's regimes and this configuration's.
type regimesView struct {
	Tick       int64              `json:"tick"`                  // the clock's last; 0: none yet
	InForce    *regimeView        `json:"in_force,omitempty"`    // none before the first tick
	Asked      *regimeView        `json:"asked,omitempty"`       // none: nothing else than what is in force
	Configured regimeView         `json:"configured"`            // of this configuration
	Changes    []correlate.Change `json:"changes"`               // from in force to configured
	Impossible string             `json:"impossible,omitempty"`  // why the configured one cannot follow
	AskedNever string             `json:"asked_never,omitempty"` // why the one asked for cannot
}

func viewOf(document string, since int64) *regimeView {
	return &regimeView{Regime: fmt.Sprintf("%x", sha256.Sum256([]byte(document))), Document: document, Since: since}
}

// regimes reads how things stand, once the cluster and its topics are found right.
func (l *loader) regimes(ctx context.Context) (*Config, *regimesView, error) {
	config, _, err := l.load(needKafka)
	if err != nil {
		return nil, nil, err
	}
	own, err := config.regime()
	if err != nil {
		return nil, nil, err
	}
	if err := preflight(ctx, config); err != nil {
		return nil, nil, err
	}
	s, err := config.look(ctx)
	if err != nil {
		return nil, nil, err
	}
	v := &regimesView{Tick: s.N, Configured: *viewOf(own.Document, 0), Changes: []correlate.Change{}}
	if s.Asked != nil {
		v.Asked = viewOf(s.Asked.Document, 0)
		if err := config.mayFollow(s.Regime, s.Asked.Document); err != nil {
			v.AskedNever = err.Error()
		}
	}
	if s.Regime == "" {
		return config, v, nil
	}
	v.InForce = viewOf(s.Regime, s.Since)
	if err := config.mayFollow(s.Regime, own.Document); err != nil {
		v.Impossible = err.Error()
	}
	changes, err := correlate.Changes(s.Regime, own.Document)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", stream.ErrStop, err)
	}
	for _, c := range changes {
		v.Changes = append(v.Changes, correlate.Change{Setting: settingOf(c.Setting), Old: forPeople(c.Old), New: forPeople(c.New)})
	}
	return config, v, nil
}

// settingOf names a member of a regime as the configuration does.
func settingOf(member string) string {
	switch member {
	case "fold", "rules":
		return member + " (of the release)"
	case "shards":
		return "kafka.partitions"
	}
	return "correlate." + member
}

// forPeople writes a duration as configuration files have it.
func forPeople(value string) string {
	if d, err := time.ParseDuration(value); err == nil && value != "0" {
		return settings.Duration(d)
	}
	return value
}

func (v *regimesView) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(what, text string) { _, _ = fmt.Fprintf(t, "%s\t%s\n", what, text) } // tabwriter keeps the error for Flush
	switch {
	case v.InForce != nil && v.InForce.Since > 0:
		line("in force", fmt.Sprintf("%s, since tick %d of %d", v.InForce.Regime, v.InForce.Since, v.Tick))
	case v.InForce != nil:
		line("in force", fmt.Sprintf("%s, at tick %d", v.InForce.Regime, v.Tick))
	case v.Tick > 0:
		line("in force", fmt.Sprintf("not written down by the release that wrote tick %d", v.Tick))
	default:
		line("in force", "none: no clock has ticked yet, and the first one begins with its own configuration")
	}
	switch {
	case v.Asked == nil:
		line("asked for", "nothing else")
	case v.AskedNever != "":
		line("asked for", v.Asked.Regime+", which no clock will put in force: "+v.AskedNever)
	case v.Asked.Regime == v.Configured.Regime:
		line("asked for", v.Asked.Regime+", this configuration's; the next tick of a running clock puts it in force")
	default:
		line("asked for", v.Asked.Regime+"; the next tick of a running clock puts it in force")
	}
	switch {
	case v.InForce == nil:
		line("configured", v.Configured.Regime)
	case len(v.Changes) == 0:
		line("configured", "the same as in force")
	default:
		line("configured", v.Configured.Regime+", which differs")
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return v.printChanges(w)
}

// printChanges writes the table of what differs, and why it cannot be if it cannot.
func (v *regimesView) printChanges(w io.Writer) error {
	if len(v.Changes) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "\nsetting\tin force\tconfigured") // tabwriter keeps the error for Flush
	for _, c := range v.Changes {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\n", c.Setting, orNone(c.Old), orNone(c.New))
	}
	if err := t.Flush(); err != nil || v.Impossible == "" {
		return err
	}
	_, err := fmt.Fprintln(w, "\ncannot be applied: "+v.Impossible)
	return err
}

func orNone(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// apply is holdfast regime apply.
func (c *Config) apply(ctx context.Context, w io.Writer, v *regimesView, yes bool, wait time.Duration) error {
	say := func(format string, args ...any) error { _, err := fmt.Fprintf(w, format+"\n", args...); return err }
	same := v.InForce != nil && v.InForce.Regime == v.Configured.Regime
	switch {
	case v.Tick == 0:
		return say("nothing to apply: no clock has ticked yet, and the first one begins with its own configuration")
	case v.InForce == nil:
		return fmt.Errorf("%w: the release that wrote tick %d did not write down which regime is in force; run a clock of this release with the configuration of before first", stream.ErrStop, v.Tick)
	case same && v.Asked == nil:
		return say("nothing to apply: this configuration's regime %s is in force", v.Configured.Regime)
	case v.Impossible != "":
		return fmt.Errorf("%w: this configuration cannot be applied: %s", stream.ErrConfig, v.Impossible)
	}
	if err := v.printChanges(w); err != nil {
		return err
	}
	asked := v.Asked != nil && v.Asked.Regime == v.Configured.Regime
	switch {
	case same && !yes:
		return say("this configuration's regime is in force, and %s is asked for; nothing was written: run again with --yes to take that back", v.Asked.Regime)
	case asked && !yes:
		return say("\nalready asked for: the next tick of a running clock puts it in force")
	case !yes:
		return say("\nnothing was written: run again with --yes to ask the clock for it; from then on workers with the old configuration stop")
	}
	if !asked {
		if err := clock.Request(ctx, c.kafka(), schemas.Regime{Document: v.Configured.Document, Build: readBuild().String()}); err != nil {
			return err
		}
	}
	if same {
		return say("taken back: what was asked for is no more, unless the clock was faster; holdfast regime show says so")
	}
	return c.awaitRegime(ctx, say, v, wait)
}

// awaitRegime waits until the clock has put the configured regime in force, or somebody asks for another.
func (c *Config) awaitRegime(ctx context.Context, say func(string, ...any) error, v *regimesView, wait time.Duration) error {
	short, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	own := v.Configured.Document
	answered := func(s clock.Standing) bool {
		return s.Regime == own || s.Asked == nil || s.Asked.Document != own // our request has been read by now
	}
	s, err := patiently(short, func(ctx context.Context) (clock.Standing, error) { return clock.Follow(ctx, c.kafka(), answered) })
	switch {
	case err == nil && s.Regime == own:
		return say("\n%s is in force since tick %d; restart every worker that runs clock or correlate with this configuration", v.Configured.Regime, s.Since)
	case err == nil:
		return fmt.Errorf("%w: meanwhile another regime was asked for; holdfast regime show says which", errNotYet)
	case ctx.Err() == nil && short.Err() != nil:
		idle := "no clock has ticked meanwhile"
		if s.N > v.Tick {
			idle = fmt.Sprintf("the clock has ticked meanwhile, to %d: is it of an older release?", s.N)
		}
		return fmt.Errorf("%w: %s is asked for, and was not put in force within %s (%s); the request stands, and the next clock that runs answers it",
			errNotYet, v.Configured.Regime, strings.TrimSpace(settings.Duration(wait)), idle)
	}
	return err
}
