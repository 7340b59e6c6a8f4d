package centre

import (
	"context"
	"fmt"
	"strconv"

	"holdfast.example/deploy/sandbox/truth"
)

// phantomVersion is a version id in the store's form that was never given out.
const phantomVersion = "01ARZ3NDEKTSV4RRFFQ69G5FAV"

// put stores an object and announces it in its shape.
func (p *player) put(ctx context.Context, o *truth.Object) error {
	n := p.number()
	o.TimeMS = firstDay + 20*24*hour + n*137
	o.Sequencer = fmt.Sprintf("%018X", 0x64D3901D0000+n*256)
	if o.Shape == truth.VersityLike {
		o.Sequencer = strconv.FormatInt(n, 10) // a counter that begins again at every start
	}
	if o.Phantom {
		o.VersionID, o.ETag = phantomVersion, "0123456789abcdef0123456789abcdef"
	} else {
		version, etag, err := p.d.Bucket.Put(ctx, o.Key, o.Body, o.ContentType, o.Hold)
		if err != nil {
			return err
		}
		o.VersionID, o.ETag, o.Put = version, etag, true
	}
	note := notice{p.w, o, createdPut, o.VersionID, o.Sequencer, o.TimeMS}
	shapes := []truth.Shape{o.Shape}
	if o.Twice {
		shapes = append(shapes, o.Shape, truth.Bridge) // once more as it was, once by the other way
		p.done.Repeated.Add(2)
	}
	for _, s := range shapes {
		raw := note.write(s)
		o.Deliveries = append(o.Deliveries, raw)
		p.announce(raw)
	}
	p.done.Objects.Add(1)
	return nil
}

func (p *player) announce(raw []byte) {
	p.d.S3.Send(string(raw))
	p.done.Announcements.Add(1)
}

// remove deletes an object: a marker over its versions, and S3's announcement of it.
func (p *player) remove(ctx context.Context, o *truth.Object) error {
	marker, err := p.d.Bucket.Delete(ctx, o.Key)
	if err != nil {
		return err
	}
	n := p.number()
	o.MarkerVersion, o.MarkerTimeMS = marker, firstDay+21*24*hour+n*137
	o.MarkerSequencer = fmt.Sprintf("%018X", 0x64D3901D0000+n*256)
	o.MarkerRaw = notice{p.w, o, markerCreated, marker, o.MarkerSequencer, o.MarkerTimeMS}.direct()
	p.announce(o.MarkerRaw)
	return nil
}
