// Package instant reads time as other people write it and keeps what the writing can bear: not a point, but a closed
// interval in Unix milliseconds, under the name of the clock that made it.
//
// A custody record is only as good as its least honest digit. A whole second that is compared as if it were a
// millisecond makes drift where there is none; a zone that was guessed makes an hour of it; a "30 February" that a
// lenient parser turns into 2 March makes evidence of a typing error. So this package never guesses: it reads the
// few forms that real files hold, makes the interval as wide as the form is coarse, and refuses the rest with a
// reason that a person can act on, keeping the text.
//
// Forms read (Parse), all of ISO 8601-1:2019's extended format and RFC 3339's profile of it, plus what the sources
// write beside them:
//
//	2026-05-04T09:15:02.118Z          RFC 3339; any number of fraction digits, '.' or ',' (ISO 8601)
//	2023-08-29T23:19:04.873+0000      Genesys export metadata: an offset without the colon
//	2026-05-04T09:15:02               no zone named: read as if UTC, and Zone says so
//	2026-05-04 10:02:11               a space for the T: ServiceNow, RFC 3339 section 5.6 note
//	2026-05-04T09:15Z                 minutes
//	2016-12-31T23:59:60Z              a leap second, see below
//	1777886102118                     epoch milliseconds (ParseEpochMS, Read)
//	Wed, 06 May 2026 10:41:07 GMT     RFC 9110 IMF-fixdate (ParseHTTPDate)
//	Mon, 4 May 2026 10:15:02 +0100    RFC 5322 date-time (ParseMailDate)
//
// Invariants:
//
//	I1  Strict. A text is read whole or refused whole; nothing is trimmed, padded, rolled over or defaulted.
//	I2  The instant meant lies in [Lo, Hi], whichever way the writer rounded, unless the caller's field table
//	    says that the source truncates. With the unit u of the last digit written and v its first ms:
//	    u ≤ 1 ms: [v, v]; truncating: [v, v+u-1]; direction unknown: [v-u/2, v+u-1]. A whole second of unknown
//	    direction is so 1,500 ms wide; read as truncating, every second aligned recording would be a finding.
//	    Digits finer than a millisecond floor to it and stand in the text.
//	I3  Instants lie in the years 1970 to 9999 of UTC; Lo alone may reach before, by its half unit.
//	I4  No float, no time package, no table of zones: integers and the proleptic Gregorian calendar. The same
//	    text reads the same in every build.
//	I5  Interval arithmetic is exact where int64 can hold it and saturates where it cannot; it never wraps.
//
// A leap second is one more second 23:59:60 at the end of a UTC month (ITU-R TF.460-6, annex 1, section 2). Clocks
// disagree about it by a second: POSIX counts it as the next day's first second (IEEE 1003.1 section 4.19), Linux
// repeats second 59 instead, and the smeared clocks of AWS and Google, slewing from noon to noon, stand half a
// second between the two. So Lo is 1,000 ms earlier than the POSIX reading. At any other minute :60 is a rounded
// 59.7 or a defect, and is refused.
//
// Nothing here is stored: schemas.Reading is the stored form, and Read fills it.
package instant
