package settings

import (
	"strings"

	"github.com/spf13/pflag"
)

// Flags are the flags of a table, as given on a command line.
type Flags struct{ given map[string]*flag }

// flag holds the texts of one flag. It refuses nothing: pflag would print the value it refuses, which may be a secret,
// and would stop at the first mistake.
type flag struct {
	setting *Setting
	texts   []string
}

func (f *flag) String() string { return "" }
func (f *flag) Type() string   { return f.setting.Type }

func (f *flag) Set(text string) error {
	f.texts = append(f.texts, text)
	return nil
}

// AddFlags adds a flag for each setting of the table to a set. They are hidden from its usage, which they would
// drown; the settings have a reference of their own.
func AddFlags(set *pflag.FlagSet, table []Setting) *Flags {
	f := &Flags{given: map[string]*flag{}}
	for i := range table {
		s := &table[i]
		v := &flag{setting: s}
		f.given[s.Flag] = v
		p := set.VarPF(v, s.Flag, "", s.Help)
		p.Hidden = true
		if s.Type == "true or false" {
			p.NoOptDefVal = "true"
		}
	}
	return f
}

// Given returns a flag's text. A list's flag may be given more than once, each adding items; of another's the last one
// counts.
func (f *Flags) Given(name string) (string, bool) {
	v := f.given[name]
	if v == nil || len(v.texts) == 0 {
		return "", false
	}
	switch {
	case v.setting.isItems():
		return strings.Join(v.texts, ";"), true
	case v.setting.Type == "list", v.setting.Type == "secrets":
		return strings.Join(v.texts, ","), true
	}
	return v.texts[len(v.texts)-1], true
}

// Alias returns a value that stands for another flag: what it is set to, the other one is.
func (f *Flags) Alias(name string) pflag.Value { return f.given[name] }
