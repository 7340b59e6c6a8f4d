// Package exhibit says what a file is by what is in it: which reader it is for, or why none.
//
// Whoever exports, saves answers and renames files gives them any name; what a file says of itself is its content. A
// folder of evidence is walked once, and each file is put to one kind of a closed list by its first bytes. What is of no
// kind is listed with the reason, never passed over: a file nobody read is a hole in a proof, and must look like one.
//
// Invariants:
//
//	R1  The name of a file is never asked for.
//	R2  The answer depends on the first Head bytes and the size alone; it costs one pass over them, and no memory to
//	    speak of.
//	R3  A kind is no verdict that the file is good: its reader judges. But a good file of a kind, with its first
//	    elements within Head bytes, is recognised.
//	R4  Kinds and forms are closed lists. Every unknown has a reason that says what to do, and quotes nothing.
//	R5  Where two kinds share their names, the one that says more wins, and the order is written down: see marks.
//
// An array, an object with lists (a page of an answer) and lines of one value each (NDJSON) are forms of the kind of
// their first elements: the first sixteen are looked at, because rows may be bad and a reader refuses those alone.
//
// Nothing is stored by this package.
package exhibit

import (
	"bytes"

	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/media"
)

// Head is how many bytes of a file's beginning Recognise wants, or the whole file if it is shorter.
const Head = 64 << 10

// Kind is what a file is. The list is closed.
type Kind string

// The kinds, in their printed order.
const (
	Metadata        Kind = "metadata-file"     // genesys.ParseMetadata
	Manifest        Kind = "manifest"          // genesys.ReadManifest
	Transcript      Kind = "transcript"        // messages of a chat, a messaging session or mails, as JSON
	TranscriptPage  Kind = "transcript-page"   // the same as HTML: no times of a documented form
	Speech          Kind = "speech-transcript" // of a call: no times of a documented form
	Mail            Kind = "mail"              // EML
	Zip             Kind = "zip"
	Event           Kind = "event"           // genesys.Events: EventBridge envelope or webhook body
	Analytics       Kind = "analytics"       // genesys.Conversations
	AuditQuery      Kind = "audit-query"     // genesys.Audits
	RecordingAnswer Kind = "recording-api"   // genesys.Recordings
	ExportJob       Kind = "export-job"      // genesys.Jobs
	Retention       Kind = "retention-query" // genesys.Retentions
	Notification    Kind = "s3-notification" // s3event.Messages: direct, by SNS, EventBridge, or S3's test message
	ObjectVersions  Kind = "object-versions" // s3object.Versions
	ObjectHead      Kind = "object-head"     // s3object.ParseHead
	WAV             Kind = "wav"
	MP3             Kind = "mp3"
	OggOpus         Kind = "ogg-opus"
	Ogg             Kind = "ogg"
	MP4             Kind = "mp4"
	WebM            Kind = "webm"
	Matroska        Kind = "matroska"
	Unknown         Kind = "unknown"
)

var kinds = [...]Kind{Metadata, Manifest, Transcript, TranscriptPage, Speech, Mail, Zip, Event, Analytics, AuditQuery, RecordingAnswer, ExportJob,
	Retention, Notification, ObjectVersions, ObjectHead, WAV, MP3, OggOpus, Ogg, MP4, WebM, Matroska, Unknown}

// Kinds returns the closed list in its printed order.
func Kinds() []Kind { return append([]Kind(nil), kinds[:]...) }

// Form is how the things of a kind stand in a file. The list is closed.
type Form string

// Forms.
const (
	One   Form = "one"   // the file is one of them
	Array Form = "array" // a JSON array of them
	Page  Form = "page"  // a JSON object that holds them in a list
	Lines Form = "lines" // one on each line
	Table Form = "csv"   // a row each, under a header
	Bytes Form = "bytes" // no text
)

// Finding is what a file is.
type Finding struct {
	Kind   Kind
	Form   Form   // empty: unknown
	List   string // of a Page, the name of the list that told the kind, as it stands; else empty
	Reason string // of Unknown, and of kinds that no reader takes times from; else empty
	Unread bool   // of Unknown: it is of a kind that is read, but written in a way that is not; Reason says how to mend it
}

// Export says whether the kind is what an export says of recordings: what is judged by all others.
func (k Kind) Export() bool { return k == Manifest || k == Metadata }

func unknown(reason string) Finding { return Finding{Kind: Unknown, Reason: reason} }

// unread is what would be known, were it written otherwise.
func unread(reason string) Finding { return Finding{Kind: Unknown, Reason: reason, Unread: true} }

// Recognise says what a file is by head, its first Head bytes or all of it, and size, the bytes of the whole file.
func Recognise(head []byte, size int64) Finding {
	head = head[:min(len(head), Head)]
	if size == 0 || len(head) == 0 {
		return unknown("the file is empty")
	}
	if c := media.Magic(head); c == media.ZIP {
		return Finding{Kind: Zip, Form: Bytes}
	} else if c != media.None {
		return Finding{Kind: Kind(c), Form: Bytes, Reason: media.NotYet}
	}
	text, marked := bytes.CutPrefix(head, []byte("\xEF\xBB\xBF"))
	text = bytes.TrimLeft(text, " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("\xFF\xFE")), bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return unread("a text in UTF-16 or UTF-32: write it as UTF-8")
	case len(text) == 0:
		return unknown("white space alone")
	case bytes.HasPrefix(head, []byte("\x1F\x8B")):
		return unread("compressed by gzip: unpack it")
	case text[0] == '{' || text[0] == '[':
		if marked {
			return unread("a byte order mark before JSON: write the file without it")
		}
		return ofJSON(text, int64(len(head)) < size)
	case genesys.NamesColumns(head):
		return Finding{Kind: Manifest, Form: Table}
	}
	return ofText(head, text)
}
