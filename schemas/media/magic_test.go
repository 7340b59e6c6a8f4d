package media

import (
	"strings"
	"testing"
)

// What a file is must not hang on its name; and text or other bytes must not pass for sound.
func TestMagic(t *testing.T) {
	frame := func(head string, n int) string { return head + strings.Repeat("\x00", n-4) }
	for _, c := range []struct {
		name, head string
		want       Container
	}{
		{"MPEG-1, 128 kbit/s at 44.1 kHz", frame("\xFF\xFB\x90\x00", 417) + frame("\xFF\xFB\x90\x00", 417), MP3},
		{"padded, then not", frame("\xFF\xFB\x92\x00", 418) + frame("\xFF\xFB\x90\x00", 417), MP3},
		{"MPEG-2, 32 kbit/s at 16 kHz", frame("\xFF\xF3\x48\x00", 144) + frame("\xFF\xF3\x48\x00", 144), MP3},
		{"MPEG-2.5, 16 kbit/s at 8 kHz", frame("\xFF\xE3\x28\x00", 144) + frame("\xFF\xE3\x28\x00", 144), MP3},
		{"one frame alone", frame("\xFF\xFB\x90\x00", 417), None},
		{"one frame, then other bytes", frame("\xFF\xFB\x90\x00", 417) + frame("\xFE\xFB\x90\x00", 417), None},
		{"layer II", frame("\xFF\xFD\x90\x00", 417) + frame("\xFF\xFD\x90\x00", 417), None},
		{"a version that is none", frame("\xFF\xEB\x90\x00", 417) + frame("\xFF\xEB\x90\x00", 417), None},
		{"no bit rate", "\xFF\xFB\x00\x00\xFF\xFB\x00\x00", None},
		{"no sampling rate", "\xFF\xFB\x9C\x00\xFF\xFB\x9C\x00", None},
		{"UTF-16", "\xFF\xFE{\x00", None},
		{"a tag", "ID3\x03\x00\x00\x00\x00\x01\x00", MP3},
		{"a tag of a size that is none", "ID3\x03\x00\x00\x80\x00\x01\x00", None},
		{"text", "ID3 is a tag", None},
		{"a RIFF of something else", "RIFF\x00\x00\x00\x00AVI ", None},
		{"RF64", "RF64\xFF\xFF\xFF\xFFWAVE", WAV},
		{"EBML cut off", "\x1A\x45\xDF\xA3\x42\x82", Matroska},
		{"nothing", "", None},
	} {
		if got := Magic([]byte(c.head)); got != c.want {
			t.Errorf("%s: %q; want %q", c.name, got, c.want)
		}
	}
}
