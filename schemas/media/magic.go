package media

import "bytes"

// Container is a kind of file by its first bytes. The list is closed.
type Container string

// Containers.
const (
	None     Container = ""
	ZIP      Container = "zip"
	WAV      Container = "wav"
	MP3      Container = "mp3"
	OggOpus  Container = "ogg-opus"
	Ogg      Container = "ogg"  // of another codec than Opus: Vorbis, FLAC
	MP4      Container = "mp4"  // and M4A, 3GP, QuickTime
	WebM     Container = "webm" //
	Matroska Container = "matroska"
)

// NotYet is what is said of a container whose times nobody reads yet.
const NotYet = "time readers not there yet"

// Magic tells a container by its first bytes; None: no container that is known. It looks at no more than the format's
// own marks, so it says what the file claims to be and not that it is whole.
//
// Sources: RFC 2361 and Microsoft's RIFF (RIFF....WAVE); ISO/IEC 11172-3 section 2.4.1.3 (frame header) and ID3v2.4
// section 3.1, of its versions 2 to 4; RFC 3533 section 6 and RFC 7845 section 5.1 (OggS, OpusHead); ISO/IEC 14496-12 section 4.3 (ftyp);
// RFC 8794 section 8.1 and RFC 9559 section 5.1 (EBML, DocType); PKWARE APPNOTE 4.3.7 and 4.3.16.
func Magic(head []byte) Container {
	at := func(i int, mark string) bool {
		return len(head) >= i+len(mark) && string(head[i:i+len(mark)]) == mark
	}
	switch {
	case at(0, "PK\x03\x04"), at(0, "PK\x05\x06"):
		return ZIP
	case at(0, "RIFF") && at(8, "WAVE"), at(0, "RF64") && at(8, "WAVE"):
		return WAV
	case at(0, "ID3") && len(head) >= 10 && head[3]-2 <= 2 && head[5]&0x0F == 0 && head[6]|head[7]|head[8]|head[9] < 0x80:
		return MP3
	case at(0, "OggS"):
		if bytes.Contains(head[:min(len(head), 64)], []byte("OpusHead")) {
			return OggOpus
		}
		return Ogg
	case at(4, "ftyp"):
		return MP4
	case at(0, "\x1A\x45\xDF\xA3"):
		return docType(head)
	case frames(head):
		return MP3
	}
	return None
}

// docType reads the DocType element, 0x4282, of an EBML header by its mark; its length is one byte in every file that
// is written.
func docType(head []byte) Container {
	_, after, found := bytes.Cut(head[:min(len(head), 64)], []byte("\x42\x82"))
	if found && len(after) > 1 && bytes.HasPrefix(after[1:], []byte("webm")) {
		return WebM
	}
	return Matroska
}

// Bit rates in kbit/s of MPEG-1 and of MPEG-2 and 2.5 layer III, and the sampling rates of MPEG-1, by their index.
var (
	bitRates    = [2][16]int{{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0}, {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0}}
	sampleRates = [4]int{44100, 48000, 32000, 0}
)

// frames says whether two MPEG layer III frames follow one on the other from the first byte: the eleven bits of one
// frame's mark are too few to tell sound from anything else.
func frames(head []byte) bool {
	for range 2 {
		n := frame(head)
		if n == 0 || n > len(head) {
			return false
		}
		head = head[n:]
	}
	return true
}

// frame is the length in bytes of the layer III frame at the first byte; 0 if there is none.
func frame(b []byte) int {
	if len(b) < 4 || b[0] != 0xFF || b[1]&0xE0 != 0xE0 || b[1]>>1&3 != 1 {
		return 0
	}
	version := b[1] >> 3 & 3 // 0: 2.5, 2: 2, 3: 1
	later := 0
	if version != 3 {
		later = 1
	}
	bits, rate := bitRates[later][b[2]>>4]*1000, sampleRates[b[2]>>2&3]
	if version == 1 || bits == 0 || rate == 0 {
		return 0
	}
	samples := 144
	switch version {
	case 0:
		samples, rate = 72, rate/4
	case 2:
		samples, rate = 72, rate/2
	}
	return samples*bits/rate + int(b[2]>>1&1)
}
