package rig

import (
	"context"
	"fmt"

	"holdfast.example/internal/audit"
)

// Audit reads the topics and judges them. The topics must be at rest (Rest): what is read is what was there
// when the reading began.
func (r *Rig) Audit(ctx context.Context) (*audit.Report, error) {
	log, err := audit.Read(ctx, audit.Source{Brokers: r.o.Brokers, Prefix: r.o.Prefix, Partitions: r.o.Partitions})
	if err != nil {
		return nil, fmt.Errorf("read the topics: %w", err)
	}
	return audit.Check(log), nil
}
