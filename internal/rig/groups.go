package rig

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// emptyLimit is for a group without members: a member that did not leave stays for its session.
const emptyLimit = 60 * time.Second

// offsetsDeleted is inflicted on correlate alone. The frontier stands in its changelog as well, and is adopted from
// there. A stage without state has only the group's offsets: to lose those is a documented loss of the place, after
// which it would map everything again.
func offsetsDeleted(ctx context.Context, r *Rig, f *Fault) error {
	r.aim(ctx, f, r.all()...)
	for _, n := range r.all() {
		if err := r.Term(ctx, n); err != nil {
			return err
		}
	}
	group, topic := r.kafka.Topic(correlate), r.kafka.Topic(observations)
	var all kadm.TopicsSet
	for p := range r.o.Partitions {
		all.Add(topic, p)
	}
	err := r.until(ctx, emptyLimit, "the group "+group+" to be empty and its offsets deleted", func(ctx context.Context) (bool, error) {
		deleted, err := r.admin.DeleteOffsets(ctx, group, all)
		if err == nil {
			err = deleted.Error()
		}
		if err != nil {
			return false, err
		}
		left, err := r.admin.FetchOffsets(ctx, group)
		if err != nil {
			return false, err
		}
		for p := range r.o.Partitions {
			if o, ok := left.Lookup(topic, p); ok && o.At >= 0 {
				return false, fmt.Errorf("%s/%d still has an offset", topic, p)
			}
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	return r.StartAll()
}
