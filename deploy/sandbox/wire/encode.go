package wire

import (
	"encoding/binary"
	"fmt"
)

// Encode writes a record of one of the .avsc files here, for tests that need an output to corrupt. Members are as
// goavro takes them.
func Encode(name string, m map[string]any) ([]byte, error) {
	for header, s := range codecs {
		if s.name == name {
			return s.codec.BinaryFromNative(header[:], m)
		}
	}
	return nil, fmt.Errorf("encode %s: no such schema", name)
}

// Fingerprint is the CRC-64-AVRO of a schema of these files.
func Fingerprint(name string) uint64 {
	for header, s := range codecs {
		if s.name == name {
			return binary.LittleEndian.Uint64(header[2:])
		}
	}
	return 0
}
