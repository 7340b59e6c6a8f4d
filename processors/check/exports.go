package check

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/processors/correlate/timeline"
	"holdfast.example/schemas/exhibit"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/strictjson"
)

// pending is a row of a manifest that may yet be condemned by what follows it.
type pending struct {
	conversation, recording string
	export
}

// manifest takes in a job manifest: all of it or, where it does not hold together, none.
func (k *intake) manifest(r io.Reader, file int) error {
	if k.evidence {
		k.files[file].Reason = notJudged
		return nil
	}
	job, r, err := k.jobOf(r, file)
	if err != nil {
		return err
	}
	var rows []pending
	for row, err := range (genesys.Limits{Rows: maxRows}).ReadManifest(r) {
		var x genesys.Export
		if err == nil {
			x, err = genesys.ParseRow(row.Json)
			err = within(row.Pointer, err)
		}
		if place, reason := "", ""; err != nil {
			if place, reason = placeOf(err); place == "" {
				return fmt.Errorf("%s; none of its %d rows before that is taken", reason, len(rows))
			}
			k.refuse(file, err)
			continue
		}
		of := job
		for _, name := range jobNames {
			if value, there := strictjson.Get(row.Json, name); there {
				of = jobText(value, of)
			}
		}
		rows = append(rows, k.pend(&x, file, row.Pointer, k.word(of), true))
	}
	for i := range rows {
		if k.enter(&rows[i]) != nil {
			k.files[file].Facts++
		}
	}
	return nil
}

// notJudged is said of an export among the evidence.
const notJudged = "an export's file among the evidence: nothing in it is judged"

// within places an error of a row in its file.
func within(at string, err error) error {
	if refused, is := err.(*genesys.Refused); is {
		return &genesys.Refused{Code: refused.Code, Pointer: at + refused.Pointer, Reason: refused.Reason}
	}
	return err
}

// jobNames are the members by which a manifest, or a row of it, names its job.
var jobNames = [...]string{"jobId", "job_id", "exportJobId", "export_job_id", "recordingJobId"}

// jobText is the job that a member names; other where it names none.
func jobText(value []byte, other string) string {
	if id, is := strictjson.Text(value); is && genesys.IsID(id) {
		return id
	}
	return other
}

// jobOf is the job that a manifest's own object names; a manifest that names none is a job by itself, but for rows that do.
func (k *intake) jobOf(r io.Reader, file int) (string, io.Reader, error) {
	f := &k.files[file]
	if f.Form != exhibit.Page {
		return f.Path, r, nil
	}
	head := make([]byte, exhibit.Head)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return "", nil, err
	}
	head = head[:n]
	job := f.Path
	for name, value := range exhibit.Members(head) {
		if slices.Contains(jobNames[:], string(name)) {
			job = jobText(value, job)
		}
	}
	return job, io.MultiReader(bytes.NewReader(head), r), nil
}

// metadata takes in the file beside a recording.
func (k *intake) metadata(r io.Reader, b *Blob, file int) error {
	if k.evidence {
		k.files[file].Reason = notJudged
		return nil
	}
	raw, err := io.ReadAll(io.LimitReader(r, genesys.MaxMetadata+1))
	if err != nil {
		return err
	}
	x, err := genesys.ParseMetadata(raw)
	if err != nil {
		return err
	}
	at := b.placed()
	p := k.pend(&x, file, "", "", false)
	differs := at.ConversationID != "" && p.conversation != "" && at.ConversationID != p.conversation ||
		at.RecordingID != "" && p.recording != "" && at.RecordingID != p.recording
	if p.conversation == "" {
		p.conversation = at.ConversationID
	}
	if p.recording == "" {
		p.recording = at.RecordingID
	}
	if p.conversation == "" {
		return fmt.Errorf("names no conversation, and no folder above it does")
	}
	k.files[file].Facts = 1
	rec := k.enter(&p)
	rec.differs = rec.differs || differs
	if c := k.conversations[p.conversation]; at.OrganizationID != "" {
		c.of(at.OrganizationID, k.dossier)
	}
	return nil
}

// pend makes of an export what is kept of it.
func (k *intake) pend(x *genesys.Export, file int, place, job string, row bool) pending {
	t := timeline.FromExport(&x.Fact, x.Times)
	t.Session, t.Channel, t.Provider = strings.Clone(t.Session), k.word(t.Channel), k.word(t.Provider)
	for i := range t.Times {
		t.Times[i].Name = k.word(t.Times[i].Name)
	}
	for i := range x.Times {
		if rd := &x.Times[i]; rd.Refused != "" {
			k.object(file, place+"/"+rd.Field, rd.Refused)
			k.files[file].Unread = true
		}
	}
	return pending{strings.Clone(x.Fact.ConversationID), strings.Clone(x.Fact.RecordingID),
		export{t, file, strings.Clone(place), row, job, mark(x.Fact.Projection[:])}}
}

// enter adds an export to its recording; nil: it names no conversation, and is listed. One that was there already, word
// for word, counts as repeated; one that says other times of the same recording in the same kind of file contradicts it,
// and is listed: then none is judged, for nobody knows which is right.
func (k *intake) enter(p *pending) *recording {
	if p.conversation == "" {
		k.object(p.file, p.place, "names no conversation")
		k.files[p.file].Unread = true
		return nil
	}
	c := k.open(p.conversation)
	id := p.recording
	if id == "" {
		id = unnamed + p.conversation + string(p.same[:]) // a recording that nobody names is what is said of it
	}
	r := k.recording(c, id)
	if k.keep == p.conversation {
		for i := range p.Times {
			c.readings = append(c.readings, Reading{p.Times[i].Name, "export of " + p.recording, p.file, p.place, p.Times[i].Stamp})
		}
	}
	if p.job != "" && !r.in(p.job) {
		of := k.jobs[p.job]
		of.met++
		k.jobs[p.job] = of
	}
	for i := range r.exports {
		was := &r.exports[i]
		if was.row != p.row {
			continue
		}
		if was.same == p.same || p.agrees(was) {
			k.files[p.file].Repeated++
		} else {
			k.object(p.file, p.place, fmt.Sprintf("says other times of a recording than %s%s does: neither is judged", k.files[was.file].Path, was.place))
			k.files[p.file].Unread, r.contradicted = true, true
		}
		if p.export.before(was) {
			*was, p.export = p.export, *was
		}
		r.others = append(r.others, p.export)
		return r
	}
	r.exports = append(r.exports, p.export)
	return r
}

// unnamed begins the id of a recording that no export names, and no id that stands in a file.
const unnamed = "\x00"

// before orders exports of one recording by what they say, so that the order in which they are met decides nothing.
func (x *export) before(y *export) bool {
	done := func(e *export) timeline.Stamp {
		if t := e.Time(attribute.Finalise); t != nil {
			return t.Stamp
		}
		return timeline.Stamp{Lo: math.MaxInt64}
	}
	a, b := done(x), done(y)
	return cmp.Or(bytes.Compare(x.same[:], y.same[:]), cmp.Compare(a.Lo, b.Lo), cmp.Compare(a.Hi, b.Hi), strings.Compare(x.job, y.job)) < 0
}

// in says whether a manifest of that job names the recording.
func (r *recording) in(job string) bool {
	is := func(x export) bool { return x.job == job }
	return slices.ContainsFunc(r.exports, is) || slices.ContainsFunc(r.others, is)
}

// agrees says whether two exports say the same times of start, end and creation.
func (x *export) agrees(y *export) bool {
	for _, f := range [...]attribute.Fact{attribute.Start, attribute.End, attribute.Created} {
		a, b := x.Time(f), y.Time(f)
		if (a == nil) != (b == nil) || a != nil && a.Stamp != b.Stamp {
			return false
		}
	}
	return true
}
