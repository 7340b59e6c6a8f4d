package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"holdfast.example/processors/check"
	"holdfast.example/processors/check/report"
	"holdfast.example/schemas/genesys"
)

// explaining is what holdfast explain was asked for.
type explaining struct {
	checking
	conversation string
}

func newExplain(l *loader) *cobra.Command {
	var e explaining
	cmd := &cobra.Command{Use: "explain CONVERSATION [EXPORT...]", Short: "Tells one conversation: every clock, what was compared, how the verdict came about",
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return misuse("explain wants a conversation's id, and an export unless the pipeline's topics are to tell; see holdfast explain --help")
			case !genesys.IsID(args[0]):
				return misuse("%q is no conversation's id: want 1 to 128 letters, digits, _ . : -", args[0])
			}
			return nil
		},
		Long: `With an export, checks it as holdfast check does and tells of one conversation who took part, every time that
was read in the order of time, what each recording was paired with and compared with, which hypotheses were
rejected by which number, which could not be tested for want of what, and the verdict; last what its cohort
says, which is the cohort's and not the recording's. Agents are numbered; who they are is not shown.

Without an export it reads what the pipeline wrote about the conversation in custody.records, as far as it
is committed when it begins, holds every record against its key and its chain, and tells the same from it.

Exit codes: 0 told; 2 a recording of it could not be judged, or something of it could not be read; 3 there is no
such conversation, or the command line; without an export also 4, 5 and 6 as elsewhere, 6 where a record is
not what its key or its chain says.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, restore := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer restore()
			if err := e.prepare(readVariables(cmd)); err != nil {
				return err
			}
			e.conversation = args[0]
			if len(args) > 1 {
				return e.fromExport(ctx, l, args[1:], cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			for _, flag := range []string{"evidence", "zone", "window"} {
				if cmd.Flags().Changed(flag) {
					return misuse("--%s is for an export, and none is named", flag)
				}
			}
			return e.fromTopics(ctx, l, cmd.OutOrStdout())
		}}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return misuse("%w; see holdfast explain --help", err) })
	f := cmd.Flags()
	f.StringArrayVar(&e.evidence, "evidence", nil, "a folder, archive, file or s3://bucket/prefix with evidence; may be given again")
	f.StringArrayVar(&e.zones, "zone", nil, "a time zone in which times might have been written (Europe/London); may be given again")
	f.DurationVar(&e.window, "window", 15*time.Minute, "how far apart in event time a recording and its session may lie")
	f.BoolVar(&e.asJSON, "json", false, "as JSON")
	namesVariables(cmd)
	return cmd
}

// fromExport checks and tells.
func (e *explaining) fromExport(ctx context.Context, l *loader, args []string, out, progress io.Writer) error {
	exports, err := e.sources(ctx, l, args)
	if err != nil {
		return err
	}
	evidence, err := e.sources(ctx, l, e.checking.evidence)
	if err != nil {
		return err
	}
	line := newCheckLine(progress)
	e.options.Progress, e.options.Keep = line.draw, e.conversation
	r, err := check.Run(ctx, exports, evidence, e.options)
	line.clear()
	if err != nil {
		return &ended{exitUnjudged, err}
	}
	x := report.Explain(r, e.conversation, readBuild().String())
	if x == nil {
		return e.unknown(r)
	}
	return e.write(out, x)
}

// unknown says how many conversations the export names, and which one may have been meant.
func (e *explaining) unknown(r *check.Result) error {
	text := fmt.Sprintf("the export names %d conversations, and none is %s", r.Summary.Conversations, e.conversation)
	if r.Summary.Conversations == 1 {
		text = "the export names 1 conversation, and it is not " + e.conversation
	}
	if near := r.Nearest(e.conversation); near != "" {
		text += fmt.Sprintf("; the nearest is %q", near)
	}
	if n := r.Summary.Unread; n > 0 {
		text += fmt.Sprintf("; files that could not be read in full: %d", n)
	}
	return misuse("%s", text)
}

// write writes the explanation and ends with its code.
func (e *explaining) write(out io.Writer, x *report.Explanation) error {
	var err error
	if e.asJSON {
		err = x.JSON(out)
	} else {
		err = x.Text(out, report.Options{Colour: isTerminal(out)})
	}
	switch {
	case err != nil:
		return &ended{exitUnjudged, fmt.Errorf("write explanation: %w", err)}
	case x.Exit == exitStop:
		return &ended{exitStop, errors.New("custody.records is not what its keys and chains say")}
	case x.Exit != 0:
		return &ended{code: x.Exit}
	}
	return nil
}
