package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A verb's own flags are environment variables too, as settings are: --fail-on of check is HOLDFAST_CHECK_FAIL_ON. A flag
// that is given wins. One that may be given again is a list in its variable, written as PATH is.

func variableOf(verb, flag string) string {
	return "HOLDFAST_" + strings.ToUpper(verb+"_"+strings.ReplaceAll(flag, "-", "_"))
}

// namesVariables tells in the help of each of a verb's own flags which variable it is.
func namesVariables(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) { f.Usage += " (" + variableOf(cmd.Name(), f.Name) + ")" })
}

// readVariables sets a verb's own flags that were not given from their variables.
func readVariables(cmd *cobra.Command) (wrong []error) {
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		name := variableOf(cmd.Name(), f.Name)
		text := os.Getenv(name)
		if text == "" || f.Changed || f.Name == "help" {
			return
		}
		items := []string{text}
		if _, list := f.Value.(pflag.SliceValue); list {
			items = filepath.SplitList(text)
		}
		for _, item := range items {
			if err := f.Value.Set(item); err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
				_ = f.Value.Set(f.DefValue) // what it holds after an error is nobody's; the default was accepted before
				return
			}
		}
	})
	return wrong
}
