package field

import (
	"strings"
	"testing"

	"holdfast.example/schemas/media"
)

// A mail's two times and a message's three have their rows, and every row of theirs is read.
func TestMediaHaveRows(t *testing.T) {
	mail, err := media.ParseMail([]byte("Received: by x; Mon, 4 May 2026 09:15:02 +0000\nDate: Mon, 4 May 2026 09:15:02 +0000\n\n"))
	checkAll(t, Mail, "", rowsOf(Mail, ""), mail.Times, err)
	names := rowsOf(Transcript, "")
	for _, name := range names {
		got, err := media.ReadTranscript(strings.NewReader(`[{"` + name + `":"` + second + `"}]`))
		if err != nil || got.First.Field != name {
			t.Errorf("%s: %+v, %v", name, got, err)
			continue
		}
		checkRow(t, Transcript, "", name, got.First)
	}
	if len(names) != 3 {
		t.Errorf("rows %v", names)
	}
}
