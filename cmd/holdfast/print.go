package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"holdfast.example/cmd/holdfast/settings"
)

func newConfig(l *loader) *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "Shows the configuration", Args: noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	var asJSON bool
	p := &cobra.Command{
		Use: "print", Short: "Prints every setting's effective value and where it came from; secrets hidden", Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, loaded, wrong := l.load(needStages) // as run does, so that what run refuses is said here
			if loaded == nil || loaded.Unread {
				return wrong
			}
			for _, u := range loaded.Unknown {
				_, _ = fmt.Fprintln(cmd.ErrOrStderr(), "holdfast: note: "+u)
			}
			if asJSON {
				return errors.Join(wrong, writeJSON(cmd.OutOrStdout(), loaded.Show()))
			}
			return errors.Join(wrong, printSettings(cmd.OutOrStdout(), loaded.Show()))
		},
	}
	p.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	c.AddCommand(p)
	return c
}

// printSettings writes one line a setting, and one more for each further item of a list.
func printSettings(w io.Writer, all []settings.Shown) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range all {
		values := []string{fmt.Sprint(s.Value)}
		if list, ok := s.Value.([]string); ok {
			values = append(list, "")[:max(1, len(list))]
		}
		if values[0] == "" {
			values[0] = "-"
		}
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\n", s.Setting, values[0], s.From) // tabwriter keeps the error for Flush
		for _, v := range values[1:] {
			_, _ = fmt.Fprintf(t, "\t%s\t\n", v)
		}
	}
	return t.Flush()
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// newSettingsHelp is holdfast help settings: the reference of all settings.
func newSettingsHelp() *cobra.Command {
	return &cobra.Command{Use: "settings", Short: "Every setting: file, flag, environment variable, default", Hidden: true,
		Long: "Every setting, as it is named in the file. As a flag, dots and underscores become dashes; as an environment\n" +
			"variable, capitals with underscores after HOLDFAST_. Lists: items separated by commas; queues and buckets:\n" +
			"name=value,name=value, items separated by semicolons. A secret may be file:/path.\n\n" + settingsHelp(),
	}
}

func settingsHelp() string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, s := range settings.Table(Config{}) {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\n", s.Path, s.Default, s.Help) // to memory
		for _, m := range s.Members {
			_, _ = fmt.Fprintf(t, "  %s\t%s\t%s\n", m.Path, m.Default, m.Help)
		}
	}
	_ = t.Flush() // to memory
	return b.String()
}

// build says which source this binary was made of.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Time     string `json:"time,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func readBuild() build {
	b := build{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// String is one line.
func (b build) String() string {
	s := "holdfast " + b.Version
	if b.Revision != "" {
		s += " " + b.Revision
		if b.Modified {
			s += " modified"
		}
	}
	return s + " " + b.Go + " " + b.Platform
}

func newVersion() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{Use: "version", Short: "Prints which source this binary was made of", Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), readBuild())
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), readBuild())
			return err
		}}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}
