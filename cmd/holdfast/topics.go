package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

func newTopics(l *loader) *cobra.Command {
	c := &cobra.Command{Use: "topics", Short: "Prints, creates, checks and reads the topics", Args: noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	c.AddCommand(newTopicsPrint(l), newTopicsCreate(l), newTopicsCheck(l), newTopicsCat(l))
	return c
}

// topicRow is one topic as topics print shows it.
type topicRow struct {
	Topic      string            `json:"topic"` // prefix included
	Key        string            `json:"key"`
	Records    []string          `json:"records"`
	Partitions int32             `json:"partitions"`
	Configs    map[string]string `json:"configs"`
	Doc        string            `json:"doc"`
}

func newTopicsPrint(l *loader) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{Use: "print", Short: "Prints the topics as they should be; needs no cluster", Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, _, err := l.load(needNothing)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), config.topicRows())
			}
			return printTopics(cmd.OutOrStdout(), config.topicRows())
		}}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON, with the whole configuration of each topic")
	profileFlag(c, l)
	return c
}

// profileFlag adds --profile as a short name of --kafka-profile.
func profileFlag(c *cobra.Command, l *loader) {
	c.Flags().Var(l.flags.Alias("kafka-profile"), "profile", "full or embedded; the same as --kafka-profile")
}

func (c *Config) topicRows() []topicRow {
	var out []topicRow
	for _, t := range schemas.Topics() {
		r := topicRow{Topic: c.Kafka.Prefix + t.Name, Key: t.Key, Records: t.Records, Partitions: int32(t.Partitions), Configs: t.Configs(c.profile()), Doc: t.Doc}
		if r.Partitions == 0 {
			r.Partitions = c.Kafka.Partitions
		}
		if r.Records == nil {
			r.Records = []string{}
		}
		out = append(out, r)
	}
	return out
}

func printTopics(w io.Writer, rows []topicRow) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "topic\tpartitions\tcleanup\tretention\tkey") // tabwriter keeps the error for Flush
	for _, r := range rows {
		_, _ = fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\n", r.Topic, r.Partitions, r.Configs["cleanup.policy"], retention(r.Configs["retention.ms"]), r.Key)
	}
	return t.Flush()
}

// retention writes retention.ms for people.
func retention(ms string) string {
	n, err := strconv.ParseInt(ms, 10, 64)
	if err != nil || n < 0 {
		return "for ever"
	}
	d := time.Duration(n) * time.Millisecond
	const day = 24 * time.Hour
	if d%day == 0 {
		return fmt.Sprintf("%d days", d/day)
	}
	return d.String()
}

func newTopicsCreate(l *loader) *cobra.Command {
	c := &cobra.Command{Use: "create", Short: "Creates the topics that do not exist, and prints their names", Args: exactly(0, ""),
		Long: "Creates the topics that do not exist, and prints their names. What exists is left as it is; holdfast topics\n" +
			"check compares it. The number of partitions is for ever.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, _, err := l.load(needKafka)
			if err != nil {
				return err
			}
			if err := refuseLost(cmd.Context(), config.kafka()); err != nil {
				return err
			}
			created, err := stream.CreateTopics(cmd.Context(), config.kafka(), config.profile(), config.Kafka.Partitions, config.Kafka.Replication)
			for _, name := range created {
				_, _ = fmt.Fprintln(cmd.OutOrStdout(), "created", name) // the error of the cluster weighs more
			}
			if err == nil && len(created) == 0 {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), "nothing to create: all topics exist")
			}
			return err
		}}
	profileFlag(c, l)
	return c
}

func newTopicsCheck(l *loader) *cobra.Command {
	c := &cobra.Command{Use: "check", Short: "Compares the cluster and its topics with what they should be; exit code 1 if they differ", Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, _, err := l.load(needKafka)
			if err != nil {
				return err
			}
			k := config.kafka()
			if err := brokerCheck(cmd.Context(), k); err != nil {
				return err
			}
			wrong, err := stream.CheckTopics(cmd.Context(), k, config.profile(), config.Kafka.Partitions, config.Kafka.Replication)
			if err != nil {
				return err
			}
			if err := adviseLost(cmd.Context(), k, wrong); err != nil {
				return err
			}
			for _, s := range wrong {
				_, _ = fmt.Fprintln(cmd.OutOrStdout(), s) // the exit code says it too
			}
			if len(wrong) > 0 {
				return fmt.Errorf("%w: %d differences", errDifferent, len(wrong))
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d topics are as configured\n", len(schemas.Topics()))
			return err
		}}
	profileFlag(c, l)
	return c
}

// topicByName finds a topic by its name, with or without the prefix.
func topicByName(name, prefix string) (schemas.Topic, error) {
	known := map[string]schemas.Topic{}
	for _, t := range schemas.Topics() {
		known[t.Name] = t
	}
	if t, ok := known[name]; ok {
		return t, nil
	}
	if t, ok := known[strings.TrimPrefix(name, prefix)]; ok {
		return t, nil
	}
	return schemas.Topic{}, fmt.Errorf("%w: there is no topic %q; the topics are %s", errUsage, name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
}
