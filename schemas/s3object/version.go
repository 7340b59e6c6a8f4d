package s3object

import (
	"io"
	"iter"

	"holdfast.example/schemas"
	"holdfast.example/schemas/strictjson"
)

// The lists of an answer.
const (
	versions      = "Versions"
	deleteMarkers = "DeleteMarkers"
)

// Version is one version of an object, or the marker of a deletion.
type Version struct {
	Key          string
	VersionID    string            // null: written while versioning was off; the next write replaces it
	DeleteMarker bool              // no bytes: the object was hidden
	Latest       *bool             // nil: not said
	ETag         string            // without quotes; of a multipart upload no digest. Empty: none
	Size         int64             // -1: none
	StorageClass string            // empty: none
	ChecksumType string            // FULL_OBJECT, COMPOSITE; empty: none
	Times        []schemas.Reading // LastModified, if it is there
}

// Versions reads the output of aws s3api list-object-versions {"Versions":[...],"DeleteMarkers":[...]}, in its order. An
// error of one version, a *Refused whose pointer names it, does not end the sequence; any other does. An array of
// versions, and one on each line, are read too; without the list's name they cannot be delete markers.
func Versions(r io.Reader) iter.Seq2[Version, error] {
	named := func(name string) bool { return name == versions || name == deleteMarkers }
	read := func(p strictjson.Piece) (Version, error) { return parseVersion(p.Value, p.List == deleteMarkers) }
	return strictjson.Each(r, strictjson.SplitLimits{Piece: MaxVersion}, named, read, within)
}

func parseVersion(raw []byte, marker bool) (Version, error) {
	value, err := object(raw, MaxVersion, "one version of an object")
	if err != nil {
		return Version{}, err
	}
	v := Version{Size: -1, DeleteMarker: marker}
	for key, value := range strictjson.Members(value) {
		switch name := string(key); name {
		case "Key":
			v.Key, err = text(value, name, MaxKey)
		case "VersionId":
			v.VersionID, err = text(value, name, MaxField)
		case "IsLatest":
			v.Latest, err = truth(value, name)
		case "ETag":
			v.ETag, err = etag(value, name)
		case "Size":
			v.Size, err = size(value, name)
		case "StorageClass":
			v.StorageClass, err = text(value, name, MaxField)
		case "ChecksumType":
			v.ChecksumType, err = text(value, name, MaxField)
		case "LastModified":
			v.Times = time(value, name)
		}
		if err != nil {
			return Version{}, err
		}
	}
	if v.Key == "" || v.VersionID == "" {
		return Version{}, refuse(CodeNoKey, "", "no version of an object: want Key and VersionId, as list-object-versions prints them")
	}
	return v, nil
}
