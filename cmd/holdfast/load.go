package main

import (
	"cmp"
	"errors"
	"log/slog"
	"os"
	"strings"

	"holdfast.example/cmd/holdfast/settings"
)

// loader reads the configuration of one verb.
type loader struct {
	file  string // --config
	flags *settings.Flags
}

// load reads file, environment and flags and checks what the verb needs. The error is settings.Mistakes, all of them;
// what was read comes with them, for those who show it.
func (l *loader) load(n need) (*Config, *settings.Loaded, error) {
	return l.loadStages(n, nil)
}

// loadStages is load for a verb that names its stages itself.
func (l *loader) loadStages(n need, stages []string) (*Config, *settings.Loaded, error) {
	from := settings.From{File: l.file, Lookup: os.LookupEnv, Names: environmentNames, Flags: l.flags.Given}
	if from.File == "" {
		from.File = os.Getenv("HOLDFAST_CONFIG")
	}
	return loadFrom(from, n, stages)
}

func loadFrom(from settings.From, n need, stages []string) (*Config, *settings.Loaded, error) {
	config := &Config{}
	loaded, err := settings.Load(config, from)
	var wrong settings.Mistakes
	if err != nil && !errors.As(err, &wrong) {
		return nil, nil, err
	}
	if loaded.Unread {
		return nil, loaded, wrong // what is not set may well be set there
	}
	if stages != nil {
		config.Stages = stages
	}
	if config.Kafka.Profile == "embedded" {
		loaded.Default("kafka.replication", "1")
	}
	if wrong = wrong.With(contradictions(config, loaded, n)); len(wrong) > 0 {
		return nil, loaded, wrong
	}
	if n == needStages {
		if _, err := config.parts(slog.New(slog.DiscardHandler), nil); err != nil {
			return nil, loaded, settings.Mistakes{{Where: cmp.Or(from.File, "configuration"), Text: err.Error()}}
		}
	}
	return config, loaded, nil
}

func environmentNames() []string {
	var names []string
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		names = append(names, name)
	}
	return names
}
