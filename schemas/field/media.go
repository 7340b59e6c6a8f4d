package field

import "holdfast.example/schemas/instant"

// header is a time in a media container.
func header(place, name string, p Precision, z Zone, s Sureness, source string, means ...Instant) Field {
	return Field{Media, place, name, "", means, instant.MediaHeader, p, instant.RoundingUnknown, z, Final, "", s, source}
}

// transcript is a message's time in a chat's or message's transcript.
func transcript(name string) Field {
	return Field{Transcript, "", name, "", []Instant{MessageSent}, instant.Transcript, Mixed, instant.RoundingUnknown, Offset, Final, "", Documented,
		"Genesys Cloud SDK, ChatMessage (utc), RecordingMessagingMessage (timestamp), RecordingEmailMessage (time)"}
}

// mediaFields are what the recorded thing says of itself. Most files say nothing, which is no error.
var mediaFields = []Field{
	transcript("timestamp"),
	transcript("utc"),
	transcript("time"),
	{Mail, "", "Date", "", []Instant{MailSent}, instant.Sender, Second, instant.RoundingUnknown, Offset, Final, "", Documented,
		"RFC 5322 section 3.6.1: when the sender called the mail complete, by the sender's clock"},
	{Mail, "", "Received", "", []Instant{MailRelayed}, instant.Sender, Second, instant.RoundingUnknown, Offset, Final, "", Documented,
		"RFC 5321 section 4.4: when that relay took the mail in, by the relay's clock"},
	header("wav bext", "OriginationDate, OriginationTime", Second, Unstated, Documented, "EBU Tech 3285, broadcast audio extension chunk: creation of the audio sequence; no zone; some writers stamp the close", MediaStart, HeaderWritten),
	header("wav bext", "TimeReference", Finer, Unstated, Documented, "EBU Tech 3285, broadcast audio extension chunk: the first sample, in samples since midnight", MediaStart),
	header("wav INFO", "ICRD", Day, Unstated, Documented, "Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0: creation of the subject", MediaStart, HeaderWritten),
	header("mp3 id3v2", "TDRC", Mixed, UTC, Documented, "ID3v2.4 native frames, section 4.2.5: when the audio was recorded", MediaStart),
	header("mp3 id3v2", "TDEN", Mixed, UTC, Documented, "ID3v2.4 native frames, section 4.2.5: when the audio was encoded", HeaderWritten),
	header("mp3 id3v2", "TDTG", Mixed, UTC, Documented, "ID3v2.4 native frames, section 4.2.5: when the audio was tagged", HeaderWritten),
	header("ogg opus", "DATE", Mixed, Unstated, Inferred, "Vorbis comment field recommendations: the date the track was recorded; free text", MediaStart, HeaderWritten),
	header("mp4 mvhd", "creation_time", Second, UTC, Documented, "ISO/IEC 14496-12, MovieHeaderBox: creation of the presentation; 0 is unset; encoders stamp the muxing", HeaderWritten, MediaStart),
	header("mp4 mvhd", "modification_time", Second, UTC, Documented, "ISO/IEC 14496-12, MovieHeaderBox", HeaderWritten),
	header("matroska Info", "DateUTC", Finer, UTC, Documented, "RFC 9559, DateUTC element: when the Segment was created by the muxer", HeaderWritten),
}

var table = concat(platformFields, exportFields, storeFields, mediaFields)

func concat(parts ...[]Field) (all []Field) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}
