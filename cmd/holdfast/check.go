package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"holdfast.example/processors/capture"
	"holdfast.example/processors/check"
	"holdfast.example/processors/check/report"
	"holdfast.example/processors/correlate/attribute"
)

// Exit codes of check alone, a contract with scripts: 0 nothing found, 1 findings, and these.
const (
	exitUnjudged = 2
	exitMisuse   = 3
)

// ended is how a check ends other than well; err is nil where the report has said all.
type ended struct {
	code int
	err  error
}

func (e *ended) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *ended) Unwrap() error { return e.err }

func misuse(format string, args ...any) error {
	return &ended{exitMisuse, fmt.Errorf(format, args...)}
}

// checking is what holdfast check was asked for.
type checking struct {
	evidence  []string
	zones     []string
	window    time.Duration
	failOn    string
	asJSON    bool
	corrected string
	report    string

	options check.Options
}

func newCheck(l *loader) *cobra.Command {
	var c checking
	cmd := &cobra.Command{Use: "check EXPORT...", Short: "Judges the timestamps of an export, names the cause of drift, or says what would decide it",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse("check wants an export: a folder, a zip archive, a file, or s3://bucket/prefix; see holdfast check --help")
			}
			return nil
		},
		Long: `Reads an export (folders, zip archives, files, s3://bucket/prefix) and the evidence that lies in it or is
given by --evidence, says of every file what it was taken for, compares each recording's times with the
session they belong to, and says which clock departs, by how much, and what alone explains it, or which
fact would decide. Files are told apart by what is in them, never by their names. Nothing is written but
what --corrected and --report name; no broker is needed.

Evidence: EventBridge or webhook events, analytics conversation details, Recording API answers, export
jobs, retention and audit queries, S3 notifications, aws s3api list-object-versions and head-object,
transcripts, mails. Of sound and pictures the hash is taken, and no time yet.

Exit codes: 0 nothing at or above --fail-on; 1 findings; 2 something could not be read or judged;
3 the command line. docs/CHECK.md shows it at work; docs/check.schema.json describes --json.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, restore := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer restore()
			if err := c.prepare(readVariables(cmd)); err != nil {
				return err
			}
			return c.run(ctx, l, args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		}}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return misuse("%w; see holdfast check --help", err) })
	f := cmd.Flags()
	f.StringArrayVar(&c.evidence, "evidence", nil, "a folder, archive, file or s3://bucket/prefix with evidence; may be given again")
	f.StringArrayVar(&c.zones, "zone", nil, "a time zone in which times might have been written (Europe/London); may be given again")
	f.DurationVar(&c.window, "window", 15*time.Minute, "how far apart in event time a recording and its session may lie")
	f.StringVar(&c.failOn, "fail-on", "", "from where on a departing recording is a finding: established, consistent-with, ambiguous, unexplained, or an offset such as 500ms; empty: any")
	f.BoolVar(&c.asJSON, "json", false, "as JSON, by docs/check.schema.json")
	f.StringVar(&c.corrected, "corrected", "", "write the manifest once more with corrected times to this file; of several manifests, into this folder")
	f.StringVar(&c.report, "report", "", "write a page for people to this file: HTML that needs nothing else")
	namesVariables(cmd)
	return cmd
}

// run checks, writes what was asked for, and ends with the code that the verdict means.
func (c *checking) run(ctx context.Context, l *loader, args []string, out, progress io.Writer) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(25) // most of what is read stays: a heap twice as large as what is known would be garbage for half
	}
	exports, err := c.sources(ctx, l, args)
	if err != nil {
		return err
	}
	evidence, err := c.sources(ctx, l, c.evidence)
	if err != nil {
		return err
	}
	line := newCheckLine(progress)
	c.options.Progress = line.draw
	r, err := check.Run(ctx, exports, evidence, c.options)
	line.clear()
	if err != nil {
		return &ended{exitUnjudged, err}
	}
	if c.report != "" {
		if err := writable(r, c.report); err != nil {
			return misuse("--report %s: %w", c.report, err)
		}
		if c.corrected != "" && same(c.report, c.corrected) || filepath.Clean(c.report) == filepath.Clean(c.corrected) {
			return misuse("--report and --corrected both name %s: name two files", c.report)
		}
	}
	wrote := ""
	if c.corrected != "" {
		if wrote, err = writeCorrected(ctx, r, exports, c.corrected); err != nil {
			return err
		}
	}
	if c.report != "" {
		if err := writeFile(c.report, func(w io.Writer) error { return report.HTML(w, r, readBuild().String()) }); err != nil {
			return &ended{exitUnjudged, err}
		}
	}
	w := bufio.NewWriterSize(out, 64<<10)
	if c.asJSON {
		err = report.JSON(w, r, readBuild().String())
	} else {
		err = report.Text(w, r, report.Options{Colour: isTerminal(out), Corrected: wrote, FailOn: c.failOn})
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		return &ended{exitUnjudged, fmt.Errorf("write report: %w", err)}
	}
	if code := r.Summary.Exit(); code != 0 {
		return &ended{code: code}
	}
	return nil
}

// prepare turns flags into options; all that is wrong with them is said at once, what was wrong with them before too.
func (c *checking) prepare(wrong []error) error {
	if c.window <= 0 || c.window%time.Millisecond != 0 {
		wrong = append(wrong, fmt.Errorf("--window %v: want whole milliseconds, more than none", c.window))
	}
	c.options.WindowMS = c.window.Milliseconds()
	for _, name := range c.zones {
		z, err := loadZone(name)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("--zone %q: %w", name, err))
			continue
		}
		c.options.Zones = append(c.options.Zones, z)
	}
	t, err := threshold(c.failOn)
	if err != nil {
		wrong = append(wrong, err)
	}
	c.options.FailOn = t
	if len(wrong) > 0 {
		return misuse("%w", errors.Join(wrong...))
	}
	return nil
}

// threshold reads --fail-on.
func threshold(text string) (check.Threshold, error) {
	if text == "" {
		return check.Threshold{}, nil
	}
	for _, g := range []attribute.Grade{attribute.Established, attribute.ConsistentWith, attribute.Ambiguous, attribute.Unexplained} {
		if text == g.String() {
			return check.Threshold{Grade: g}, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Millisecond || d%time.Millisecond != 0 {
		return check.Threshold{}, fmt.Errorf("--fail-on %q: want established, consistent-with, ambiguous, unexplained, or an offset in whole milliseconds such as 500ms or 2s", text)
	}
	return check.Threshold{MS: d.Milliseconds()}, nil
}

// sources are the places that are named.
func (c *checking) sources(ctx context.Context, l *loader, names []string) ([]check.Source, error) {
	var all []check.Source
	for _, name := range names {
		if name == "" {
			return nil, misuse("an empty path names nothing: is a variable not set?")
		}
		rest, remote := strings.CutPrefix(name, "s3://")
		if !remote {
			all = append(all, check.Disk(filepath.Clean(name)))
			continue
		}
		bucket, prefix, _ := strings.Cut(rest, "/")
		if bucket == "" {
			return nil, misuse("%s: want s3://bucket/prefix", name)
		}
		config, _, err := l.load(needNothing)
		if err != nil {
			return nil, &ended{exitMisuse, err}
		}
		s, err := capture.OpenShelf(ctx, config.aws(), bucket, prefix, slog.New(slog.DiscardHandler))
		if err != nil {
			return nil, &ended{exitMisuse, err}
		}
		all = append(all, &remoteSource{s, "s3://" + bucket + "/"})
	}
	return all, nil
}

// remoteSource is a prefix of a bucket as a source of files.
type remoteSource struct {
	shelf *capture.Shelf
	name  string
}

// Blobs lists the objects. A bucket that cannot be listed ends the check.
func (s *remoteSource) Blobs(ctx context.Context) iter.Seq2[check.Blob, error] {
	return func(yield func(check.Blob, error) bool) {
		for o, err := range s.shelf.Items(ctx) {
			b := check.Blob{Path: s.name + o.Key, Key: o.Key, Size: o.Size, Open: func(ctx context.Context) (io.ReadCloser, error) { return s.shelf.Get(ctx, o) }}
			if err != nil {
				b = check.Blob{}
			}
			if !yield(b, err) {
				return
			}
		}
	}
}

// writable refuses places that are not to be written over: what was read, and what is no plain file.
func writable(r *check.Result, path string) error {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nil // it is to be made; what stands in the way shows then
	case info.IsDir():
		return errors.New("a folder: name a file in it")
	case !info.Mode().IsRegular():
		return errors.New("no plain file but a link, a device or a pipe: name a file")
	}
	for i := range r.Files {
		if of, err := os.Stat(r.Files[i].Path); err == nil && os.SameFile(info, of) {
			return errors.New("one of the files that were read: name another place")
		}
	}
	return nil
}

// writeFile writes beside the place and renames: what is there is whole, or it is the former one.
func writeFile(path string, write func(io.Writer) error) error {
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm() // who may read it stays as it was
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".holdfast-")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, withoutPath(err))
	}
	defer os.Remove(f.Name()) // gone already if it was renamed
	w := bufio.NewWriterSize(f, 64<<10)
	err = errors.Join(write(w), w.Flush(), f.Chmod(mode))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, withoutPath(err))
	}
	return nil
}

func withoutPath(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// checkLine shows on a terminal how far a check is; elsewhere it is silent.
type checkLine struct {
	to    io.Writer // nil: no terminal
	drawn time.Time
	is    bool
}

func newCheckLine(w io.Writer) *checkLine {
	if !isTerminal(w) {
		return &checkLine{}
	}
	return &checkLine{to: w}
}

func (l *checkLine) draw(p check.Progress) {
	if l.to == nil || time.Since(l.drawn) < drawEvery {
		return
	}
	l.drawn, l.is = time.Now(), true
	what := "exports"
	if p.Pass == 2 {
		what = "evidence"
	}
	_, _ = fmt.Fprintf(l.to, "%sreading %s: %d files, %d MiB", clearLine, what, p.Files, p.Bytes>>20)
}

func (l *checkLine) clear() {
	if l.is {
		_, _ = io.WriteString(l.to, clearLine)
	}
}
