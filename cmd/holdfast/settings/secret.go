package settings

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// maxSecret bounds a secret's file.
const maxSecret = 64 << 10

// fileScheme begins a secret that stands in a file of its own.
const fileScheme = "file:"

// hidden is what everybody sees of a secret.
const hidden = "(hidden)"

// Secret is a text that no print shows: not fmt with any verb, not JSON, not YAML, not slog.
type Secret struct {
	text string
	file string // where it was read from, if it stood in a file of its own
}

// NewSecret returns a Secret of this text, taken literally.
func NewSecret(text string) Secret { return Secret{text: text} }

// Reveal returns the text. Whoever calls it hands it to what needs it and to nothing else.
func (s Secret) Reveal() string { return s.text }

// IsSet says whether there is a text.
func (s Secret) IsSet() bool { return s.text != "" }

// String returns what may be seen: nothing, that it is hidden, or that it is hidden in which file.
func (s Secret) String() string {
	switch {
	case s.text == "":
		return ""
	case s.file != "":
		return hidden + " " + fileScheme + s.file
	}
	return hidden
}

// Format makes every verb of fmt behave like %s.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText makes JSON, YAML and the like show what String shows.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML is MarshalText for encoders that do not ask for it.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// LogValue makes slog show what String shows.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// readSecret reads a secret as it is written in a file, a variable or a flag: the text itself, or file:PATH, where the
// path is absolute or relative to the working directory. Of the file one line end at its end is not the secret's. No
// error holds the text.
func readSecret(text string) (Secret, error) {
	path, ok := strings.CutPrefix(text, fileScheme)
	if !ok {
		return Secret{text: text}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return Secret{}, fmt.Errorf("its file cannot be read (%w); mount it, or correct the path", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return Secret{}, fmt.Errorf("its file cannot be read (%w)", err)
	}
	s := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	switch {
	case len(b) > maxSecret:
		return Secret{}, fmt.Errorf("%s is larger than %d bytes; name the file that holds the secret alone", path, maxSecret)
	case s == "":
		return Secret{}, errors.New(path + " is empty; put the secret into it")
	}
	return Secret{text: s, file: path}, nil
}
