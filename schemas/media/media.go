// Package media reads what recorded things say of their own time: mails, transcripts of chats and messages, and the ZIP
// archives those are downloaded in. Sound and pictures it tells by their first bytes, and reads no times of them yet.
//
// A thing's own word is a clock of its own, and mostly a coarse one: a mail's Date is the sender's, in whole seconds, by
// a clock nobody keeps; a relay's Received is that relay's; a message's time is the platform's as the transcript has it.
// That a thing names no time is the usual case, and no error.
//
// These bytes are the most hostile of all: anybody in the world can send a mail to a contact centre or an attachment to
// a chat. So nothing a header claims is believed before it is paid for.
//
// Invariants:
//
//	M1  Memory is bounded by the limits here, whatever a length, a count or a ratio claims: a mail's header is read and
//	    its body never; a transcript is read by the message; an archive's directory is measured before it is read, and
//	    an entry is unpacked by who reads it, up to what it claimed and no further.
//	M2  What is read is read strictly, and a time that cannot be read is a reading that says why.
//	M3  A name in an archive is data. One that could lead out of a folder, twice to one file, or to another file on
//	    another system condemns the archive: it was not made by an exporter.
//	M4  No input panics; what is refused is refused with a *[Refused] that names the place and quotes nothing.
//
// Sources stand with each reader. Nothing is stored by this package.
package media

import "fmt"

// Codes of a Refused, a closed list together with those of strictjson.
const (
	CodeShape     = "shape"       // not what this reader reads
	CodeTooLong   = "too-long"    // over a limit on length
	CodeTooMany   = "too-many"    // over a limit on number
	CodeTwice     = "twice"       // what may be there once is there twice
	CodeEmpty     = "no-messages" // a transcript in which nothing is a message
	CodeName      = "bad-name"    // a name in an archive that is no plain path
	CodeRatio     = "ratio"       // an entry that claims to unpack to too much
	CodeOverlap   = "overlap"     // entries that claim more bytes than the archive has
	CodeEncrypted = "encrypted"   // an entry that needs a key
	CodeMethod    = "method"      // an entry packed in a way that is not read
	CodeDamaged   = "damaged"     // an archive or an entry that does not hold together
)

// Refused says why bytes are not read. Nothing in it quotes them.
type Refused struct {
	Code   string // one of the codes above, or of strictjson
	Place  string // line 3, entry 7, or an RFC 6901 pointer; empty: the whole
	Reason string // one phrase
}

// Error names the place and the reason.
func (e *Refused) Error() string {
	if e.Place == "" {
		return "read media: " + e.Reason
	}
	return "read media: " + e.Place + ": " + e.Reason
}

func refuse(code, place, format string, args ...any) error {
	return &Refused{Code: code, Place: place, Reason: fmt.Sprintf(format, args...)}
}
