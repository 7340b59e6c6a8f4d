package correlate

import (
	"errors"
	"fmt"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream/replay"
)

// stageName is the stage's, in dead letters as in the names of its group and of its transactions.
const stageName = "correlate"

// Placer tells this stage's outputs apart, for a replay of a log of so many shards: a leaf by its index, a marker by its
// epoch, an opening by its entity, of which the newest counts, an alert by its leaf, a probe by its id, a dead letter by
// the record it stands for, a measure by its writer's running number.
func Placer(shards int32) replay.Placer {
	of := func(entity string) int32 { return schemas.Murmur2Partition([]byte(entity), shards) }
	return func(topic string, key, value []byte) (replay.Place, bool, error) {
		if topic == schemas.TopicCustodyOpenings && value == nil {
			return replay.Place{Shard: of(string(key)), Name: string(key), Newest: true}, true, nil
		}
		if topic == schemas.TopicObservations && schemas.IsObservation(value) {
			return replay.Place{}, false, nil
		}
		rec, err := schemas.Decode(value)
		if err != nil {
			if topic == schemas.TopicObservations {
				return replay.Place{}, false, nil // poison, whose dead letter is compared
			}
			return replay.Place{}, false, fmt.Errorf("a record that no stage of ours writes: %w", err)
		}
		switch rec := rec.(type) {
		case *schemas.CustodyRecord:
			return placeLeaf(key, rec.Leaf)
		case *schemas.CustodyMarker:
			return placeMarker(key, rec.Marker)
		case *schemas.Opening:
			return replay.Place{Shard: of(rec.Entity), Name: rec.Entity, Newest: true}, true, nil
		case *schemas.Alert:
			return replay.Place{Shard: of(rec.Entity), Name: fmt.Sprintf("leaf %x", rec.Leaf), Line: string(key)}, true, nil
		case *schemas.Probe:
			return replay.Place{Shard: of(rec.Entity), Name: fmt.Sprintf("probe %x", rec.ID)}, true, nil
		case *schemas.DeadLetter:
			return replay.Place{Shard: rec.Partition, Name: fmt.Sprintf("offset %d", rec.Offset)}, rec.Stage == stageName, nil
		case *schemas.Measure:
			// Somebody else's, without a number, is folded like any fact.
			return replay.Place{Shard: rec.FromShard, Name: fmt.Sprintf("measure %d", rec.Number), Line: fmt.Sprint(rec.FromShard)},
				rec.Number > 0 && rec.FromShard >= 0 && rec.FromShard < shards, nil
		}
		return replay.Place{}, false, nil
	}
}

func placeLeaf(key, b []byte) (replay.Place, bool, error) {
	l, err := leaf.Parse(b)
	if err != nil {
		return replay.Place{}, false, fmt.Errorf("a leaf that cannot be read: %w", err)
	}
	p := replay.Place{Shard: l.Shard, Name: fmt.Sprintf("index %d", l.Index), Copies: true}
	return p, true, keyed(key, b)
}

func placeMarker(key, b []byte) (replay.Place, bool, error) {
	m, err := leaf.ParseMarker(b)
	if err != nil {
		return replay.Place{}, false, fmt.Errorf("a marker that cannot be read: %w", err)
	}
	return replay.Place{Shard: m.Shard, Name: fmt.Sprintf("marker of epoch %d", m.Epoch), Copies: true}, true, keyed(key, b)
}

// keyed refuses a custody record that does not stand under its own hash.
func keyed(key, b []byte) error {
	if string(key) != string(hexOf(leaf.Sum(b))) {
		return errors.New("the key is not the hash of the value")
	}
	return nil
}
