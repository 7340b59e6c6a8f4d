// Command holdfast watches a contact centre's conversation events and the bucket in which its legal-hold exports land,
// and writes down what came, when, whether it changed, and whether its timestamps agree.
//
// Each stage of the pipeline is a verb; run is several of them in one process. To have more of a stage, start more
// processes with it, each under a worker name of its own: Kafka's groups share the work out.
//
//	main.go      the verbs, and what an error ends the process with
//	config.go    every setting there is; contradict.go: those that contradict each other or the world
//	load.go      file, environment and flags of one verb; print.go: config print
//	run.go       the order in which stages start and stop; stages.go: what each stage is
//	wiring.go    settings into the configuration of each package
//	agree.go     what holds a worker to the log's regime; regime.go: regime show, apply
//	topics.go    topics print, create, check; lost.go: those not to be created anew; cat.go: topics cat
//	check.go     check; zone.go: the zones it is told of; corrected.go: what it writes
//	explain.go   explain, of a check; explain_topics.go: of custody.records
//	replay.go    replay; replay_log.go: how it reads the cluster; replay_show.go: how it shows a difference
//	log.go       what is logged of what the stages observe; progress.go: how far a restore is
//	watch.go     who else is told: metrics (package metrics), liveness and readiness (package admin)
//
// # Promises
//
//  1. Nothing is started before the whole configuration is found right and the cluster and its topics are those the
//     configuration means. What is wrong is said in full, each in a sentence that says what to do.
//  2. A stage that ends with an error stops all others of the process in order; the process then ends with that
//     error's code.
//  3. The first SIGINT or SIGTERM is a clean stop: capture takes in nothing new and says that it is gone, the other
//     stages finish the transaction in hand and leave their groups. A second one ends the process at once, which loses
//     time and nothing else.
//  4. No output, log line or error shows a secret; topics cat alone shows records as they are.
//
// # Exit codes
//
// 0: done, or a clean stop. 1: topics check found differences, or no clock has answered regime apply yet. 4:
// configuration, command line, topics or permissions. 5: broker or store out of reach. 6: state or integrity; a restart
// does not mend it. By a second signal: 128 and its number, as a shell shows it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"holdfast.example/cmd/holdfast/settings"
	"holdfast.example/processors/capture"
	"holdfast.example/stream"
)

// Exit codes.
const (
	exitDifferent   = 1
	exitConfig      = 4
	exitUnreachable = 5
	exitStop        = 6
)

// errDifferent is topics check's no. What differs has been printed.
var errDifferent = errors.New("the topics are not as configured")

// errUsage marks a command line that cannot be understood.
var errUsage = errors.New("command line")

func main() { os.Exit(start(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// start is the whole process but for its exit.
func start(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprint(stderr, sentence(err))
	return exitCode(err)
}

// exitCode is what an error ends the process with.
func exitCode(err error) int {
	var wrong settings.Mistakes
	var end *ended
	switch {
	case err == nil:
		return 0
	case errors.As(err, &end):
		return end.code
	case errors.Is(err, errDifferent), errors.Is(err, errNotYet):
		return exitDifferent
	case errors.Is(err, stream.ErrStop):
		return exitStop
	case errors.As(err, &wrong), errors.Is(err, stream.ErrConfig), errors.Is(err, capture.ErrConfig), errors.Is(err, errUsage):
		return exitConfig
	case errors.Is(err, stream.ErrUnreachable):
		return exitUnreachable
	}
	// What has no name of its own came from an answer of the cluster or of the disk: nothing is lost, and the next start
	// may go well.
	return exitUnreachable
}

// sentence is what a person reads of an error, ending in a newline.
func sentence(err error) string {
	var wrong settings.Mistakes
	if errors.As(err, &wrong) {
		return wrong.Error() + "\n"
	}
	if err.Error() == "" {
		return "" // the report has said it
	}
	return "holdfast: " + strings.TrimSuffix(err.Error(), "\n") + "\n"
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "holdfast",
		Short: "Proves what was exported, when, that it is unchanged, and whether its timestamps tell the truth",
		Long: `Holdfast watches a contact centre's conversation events and the bucket in which its legal-hold
exports land, and writes down what came, when, whether it changed, and whether its timestamps agree.

Every setting of the configuration file is also a flag of every verb and an environment variable:
kafka.sasl.password, --kafka-sasl-password, HOLDFAST_KAFKA_SASL_PASSWORD. A flag wins over the
environment, the environment over the file. holdfast help settings lists them all.

Exit codes: 0 done; 1 topics check found differences, or no clock has answered
regime apply yet; 4 configuration, command line, topics or
permissions; 5 broker or store out of reach; 6 state or integrity, which a restart does not mend.`,
		SilenceErrors: true, SilenceUsage: true, Args: noVerb,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w: %w; see %s --help", errUsage, err, cmd.CommandPath())
	})
	l := &loader{}
	l.flags = settings.AddFlags(root.PersistentFlags(), settings.Table(Config{}))
	root.PersistentFlags().StringVar(&l.file, "config", "", "configuration file (environment: HOLDFAST_CONFIG)")
	root.AddCommand(
		newRun(l),
		newStage(l, stageCapture, []string{stageCapture}, "Receives events, reads queues and objects, writes them down as they came"),
		newStage(l, stageObserve, []string{stageObserve, stageClock}, "Turns what came into what it says; with the clock"),
		newStage(l, stageCorrelate, []string{stageCorrelate}, "Folds observations into custody records and alerts"),
		newCheck(l), newExplain(l), newReplay(l), newTopics(l), newRegime(l), newConfig(l), newVersion(), newSettingsHelp(),
	)
	return root
}

// noVerb refuses words that are no verb of ours, with the nearest one that is.
func noVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("there is no %q in %s", args[0], cmd.CommandPath())
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		text += fmt.Sprintf(" (did you mean %q?)", near[0])
	}
	return fmt.Errorf("%w: %s; see %s --help", errUsage, text, cmd.CommandPath())
}

// exactly is cobra's argument check with our exit code.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		if n == 0 {
			return fmt.Errorf("%w: %s takes no words beyond flags", errUsage, cmd.CommandPath())
		}
		return fmt.Errorf("%w: %s wants %s", errUsage, cmd.CommandPath(), what)
	}
}
