package capture

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
	"holdfast.example/stream"
)

// rowMargin is what a row takes in a record beside its JSON and its pointer: two lengths.
const rowMargin = 16

// split cuts a manifest's rows, in their order, into parts of at most limit rows and most bytes each; the first part
// has at most first bytes, for it also carries the file's head and tail. A row that fits no part is left out and
// counted. There is always one part.
func split(rows []schemas.Row, limit, first, most int) (parts [][]schemas.Row, left int) {
	parts = [][]schemas.Row{{}}
	room := min(first, most)
	for _, row := range rows {
		size := len(row.Json) + len(row.Pointer) + rowMargin
		if size > most {
			left++
			continue
		}
		last := len(parts) - 1
		if size > room || len(parts[last]) == limit {
			parts = append(parts, []schemas.Row{})
			last, room = last+1, most
		}
		parts[last] = append(parts[last], row)
		room -= size
	}
	return parts, left
}

// cut cuts a manifest into the rows of records. What cannot be cut keeps the file's hash, and says so.
func (n *inspector) cut(whole []byte, rec *schemas.S3Inspection) [][]schemas.Row {
	rows, err := genesys.Limits{Manifest: int(n.cfg.Manifest)}.CutManifest(whole)
	if err != nil {
		rec.ErrorCode = codeNoManifest
		n.observer.Uncut(rec.ErrorCode)
		return [][]schemas.Row{{}}
	}
	first := recordLimit - recordMargin - len(rec.Head) - len(rec.Tail)
	parts, left := split(rows, n.cfg.RowLimit, first, n.cfg.RowBytes)
	if left > 0 {
		rec.ErrorCode = codeLongRow
		n.observer.Uncut(rec.ErrorCode)
	}
	return parts
}

// send writes one record a part, a few at a time. Each part repeats what is known of the file; head and tail stand in
// the first.
func (n *inspector) send(ctx context.Context, rec schemas.S3Inspection, parts [][]schemas.Row) error {
	rec.Parts = int32(len(parts))
	key := keyOf(rec.ConversationID, rec.SourceID)
	var outs []stream.Output
	size := 0
	for i, rows := range parts {
		rec.Part, rec.Rows, rec.Secret = int32(i), rows, freshSecret()
		if i > 0 {
			rec.Head, rec.Tail = nil, nil
		}
		out, err := encode(schemas.TopicS3Inspections, key, &rec)
		if err != nil {
			return fmt.Errorf("inspection of %s: %w", rec.SourceID, err)
		}
		outs, size = append(outs, out), size+len(out.Value)
		if size < publishChunk && i < len(parts)-1 {
			continue
		}
		if err = sendUntil(ctx, n.pub, outs); errors.Is(err, kerr.MessageTooLarge) {
			return fmt.Errorf("%w: topic %s refuses a record of %d bytes; raise its max.message.bytes to at least %d: %w",
				ErrConfig, schemas.TopicS3Inspections, size, schemas.RawBatch, err)
		} else if err != nil {
			return err
		}
		n.observer.Captured(partInspect, schemas.TopicS3Inspections, len(outs))
		outs, size = nil, 0
	}
	return nil
}
