package stream_test

import (
	"slices"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast.example/stream"
)

// what makes rows of harms that need no error code.
func what(then outcome, hs ...harm) (ds []deed) {
	for _, h := range hs {
		ds = append(ds, deed{harm: h, then: then})
	}
	return ds
}

// said makes rows of errors at the lowest place of an answer.
func said(h harm, then outcome, codes ...*kerr.Error) []deed { return saidAt("", h, then, codes...) }

func saidAt(at string, h harm, then outcome, codes ...*kerr.Error) (ds []deed) {
	for _, c := range codes {
		ds = append(ds, deed{harm: h, code: c, at: at, then: then})
	}
	return ds
}

var (
	sameName  = stops(stream.ErrConfig, "another process runs under this worker's name")
	noGroup   = stops(stream.ErrUnreachable, "grant READ on groups")
	noTopic   = stops(stream.ErrUnreachable, "may not read or write this topic")
	noTxnID   = stops(stream.ErrUnreachable, "grant WRITE and DESCRIBE on transactional ids")
	tooLarge  = stops(stream.ErrConfig, "raise max.message.bytes")
	expired   = stops(stream.ErrStop, "retention is shorter than this stage's longest stop")
	elsewhere = []*kerr.Error{kerr.CoordinatorLoadInProgress, kerr.CoordinatorNotAvailable, kerr.NotCoordinator}
)

// ofChangelog tells the fetches of a restore from those of input.
func ofChangelog(want bool) func(w *world) func(kmsg.Request) bool {
	return func(w *world) func(kmsg.Request) bool {
		id := w.fake.TopicInfo("t.tally.state").TopicID
		return func(r kmsg.Request) bool {
			restore := slices.ContainsFunc(r.(*kmsg.FetchRequest).Topics, func(t kmsg.FetchRequestTopic) bool { return t.TopicID == id })
			return restore == want
		}
	}
}

// faultTable is every kind of request the runtime sends. An error of a broker that moved, is starting or lacks a
// replica is retried within the session. Whatever may have been done, or is not understood, is a rebuild. Only what no
// rebuild mends stops a worker. With transaction.version 2, Produce and TxnOffsetCommit add their partitions and group
// to the transaction by themselves, so AddPartitionsToTxn and AddOffsetsToTxn are never sent.
var faultTable = []kind{
	{key: kmsg.ApiVersions, deeds: slices.Concat(
		what(rebuilds, requestLost, answerLost), what(goesOn, held, late),
		saidAt("top", done, rebuilds, kerr.UnknownServerError, kerr.UnsupportedVersion),
	)},
	{key: kmsg.Metadata, deeds: slices.Concat(
		what(rebuilds, requestLost, answerLost), what(goesOn, held, late),
		said(done, rebuilds, kerr.LeaderNotAvailable),
		saidAt("Topics", done, rebuilds, kerr.UnknownTopicOrPartition, kerr.UnknownServerError, kerr.InvalidTopicException),
		saidAt("Topics", done, noTopic, kerr.TopicAuthorizationFailed),
	)},
	{key: kmsg.FindCoordinator, deeds: slices.Concat(
		what(rebuilds, requestLost, answerLost), what(goesOn, held, late),
		said(done, goesOn, kerr.CoordinatorLoadInProgress, kerr.CoordinatorNotAvailable),
		said(done, rebuilds, kerr.UnknownServerError),
		said(done, noGroup, kerr.GroupAuthorizationFailed),
	)},
	{key: kmsg.InitProducerID, deeds: slices.Concat(
		what(rebuilds, requestLost, answerLost), what(goesOn, held, late),
		said(refused, goesOn, elsewhere...), said(refused, goesOn, kerr.ConcurrentTransactions),
		said(refused, rebuilds, kerr.ProducerFenced, kerr.InvalidProducerEpoch, kerr.UnknownServerError),
		said(refused, noTxnID, kerr.TransactionalIDAuthorizationFailed),
		said(refused, stops(stream.ErrConfig, "transaction.max.timeout.ms"), kerr.InvalidTransactionTimeout),
		said(done, rebuilds, kerr.UnknownServerError, kerr.RequestTimedOut),
	)},
	{key: kmsg.JoinGroup, deeds: slices.Concat(
		what(rebuilds, requestLost, answerLost, held, late),
		said(refused, goesOn, elsewhere...), said(refused, goesOn, kerr.UnknownMemberID),
		said(refused, rebuilds, kerr.UnknownServerError, kerr.RebalanceInProgress, kerr.GroupMaxSizeReached, kerr.InconsistentGroupProtocol,
			kerr.FencedInstanceID), // by a late request of our own: who is no member yet asks again
		said(refused, noGroup, kerr.GroupAuthorizationFailed),
		said(refused, stops(stream.ErrConfig, "group.min/max.session.timeout.ms"), kerr.InvalidSessionTimeout),
	)},
	{key: kmsg.SyncGroup, deeds: slices.Concat(
		what(goesOn, requestLost, answerLost), what(rebuilds, held, late),
		said(refused, goesOn, elsewhere...), said(refused, goesOn, kerr.RebalanceInProgress),
		said(refused, rebuilds, kerr.UnknownServerError, kerr.UnknownMemberID, kerr.IllegalGeneration, kerr.FencedInstanceID),
		said(refused, noGroup, kerr.GroupAuthorizationFailed),
	)},
	{key: kmsg.Heartbeat, phase: amid, deeds: slices.Concat(
		what(goesOn, requestLost, answerLost), what(rebuilds, held, late),
		said(done, goesOn, elsewhere...), said(done, goesOn, kerr.RebalanceInProgress),
		said(done, rebuilds, kerr.UnknownServerError, kerr.UnknownMemberID, kerr.IllegalGeneration),
		said(done, sameName, kerr.FencedInstanceID), said(done, noGroup, kerr.GroupAuthorizationFailed),
	)},
	{key: kmsg.LeaveGroup, phase: atStop, deeds: slices.Concat(
		what(goesOn, requestLost, answerLost, held, late),
		saidAt("top", refused, goesOn, kerr.CoordinatorNotAvailable, kerr.UnknownServerError), said(done, goesOn, kerr.UnknownMemberID),
	)},
	{key: kmsg.OffsetFetch, deeds: slices.Concat(
		what(goesOn, requestLost, answerLost), what(rebuilds, held, late),
		said(done, goesOn, kerr.UnstableOffsetCommit), saidAt("Groups", done, goesOn, kerr.CoordinatorLoadInProgress, kerr.NotCoordinator),
		saidAt("Groups", done, rebuilds, kerr.UnknownServerError),
		saidAt("Groups", done, noGroup, kerr.GroupAuthorizationFailed),
	)},
	{key: kmsg.ListOffsets, deeds: slices.Concat(
		what(rebuilds, requestLost, answerLost), what(goesOn, held, late),
		said(done, goesOn, kerr.NotLeaderForPartition),
		said(done, rebuilds, kerr.LeaderNotAvailable, kerr.FencedLeaderEpoch, kerr.UnknownTopicOrPartition, kerr.UnknownServerError),
		said(done, noTopic, kerr.TopicAuthorizationFailed),
	)},
	{key: kmsg.Fetch, name: " input", match: ofChangelog(false), phase: amid, every: 3, times: 3, deeds: slices.Concat(
		what(goesOn, requestLost, answerLost, held, late),
		said(done, goesOn, kerr.NotLeaderForPartition, kerr.FencedLeaderEpoch, kerr.UnknownLeaderEpoch, kerr.UnknownTopicID, kerr.KafkaStorageError),
		saidAt("top", done, goesOn, kerr.FetchSessionIDNotFound, kerr.InvalidFetchSessionEpoch),
		said(done, rebuilds, kerr.UnknownServerError),
		said(done, expired, kerr.OffsetOutOfRange), said(done, noTopic, kerr.TopicAuthorizationFailed),
	)},
	{key: kmsg.Fetch, name: " changelog", match: ofChangelog(true), deeds: slices.Concat(
		what(either, requestLost, answerLost), what(goesOn, held, late),
		said(done, goesOn, kerr.NotLeaderForPartition, kerr.FencedLeaderEpoch, kerr.UnknownTopicID, kerr.KafkaStorageError),
		said(done, rebuilds, kerr.OffsetOutOfRange, kerr.UnknownServerError),
		said(done, noTopic, kerr.TopicAuthorizationFailed),
	)},
	{key: kmsg.Produce, phase: amid, every: 4, times: 3, deeds: slices.Concat(
		what(goesOn, requestLost, answerLost), what(rebuilds, held, late),
		said(refused, goesOn, kerr.NotLeaderForPartition, kerr.NotEnoughReplicas, kerr.KafkaStorageError, kerr.ConcurrentTransactions),
		said(refused, goesOn, kerr.TransactionAbortable), // confirmed: the transaction is aborted in good order
		said(refused, rebuilds, kerr.InvalidProducerEpoch, kerr.ProducerFenced, kerr.InvalidTxnState, kerr.OutOfOrderSequenceNumber,
			kerr.UnknownProducerID, kerr.InvalidProducerIDMapping, kerr.CorruptMessage, kerr.InvalidTimestamp, kerr.UnknownServerError),
		said(refused, tooLarge, kerr.MessageTooLarge, kerr.RecordListTooLarge),
		said(refused, noTopic, kerr.TopicAuthorizationFailed), said(refused, noTxnID, kerr.TransactionalIDAuthorizationFailed),
		said(done, goesOn, kerr.NotLeaderForPartition, kerr.RequestTimedOut, kerr.NotEnoughReplicasAfterAppend),
		said(done, rebuilds, kerr.UnknownServerError, kerr.InvalidProducerEpoch),
	)},
	{key: kmsg.TxnOffsetCommit, phase: amid, every: 4, times: 3, deeds: slices.Concat(
		what(goesOn, requestLost, answerLost), what(rebuilds, held, late),
		said(refused, goesOn, elsewhere...),
		said(refused, goesOn, kerr.IllegalGeneration, kerr.RebalanceInProgress, kerr.TransactionAbortable), // aborted in good order
		said(refused, rebuilds, kerr.UnknownMemberID, kerr.InvalidProducerEpoch, kerr.ProducerFenced, kerr.InvalidTxnState,
			kerr.ConcurrentTransactions, kerr.UnknownTopicOrPartition, kerr.UnknownServerError),
		said(refused, sameName, kerr.FencedInstanceID), said(refused, noGroup, kerr.GroupAuthorizationFailed),
		said(done, goesOn, kerr.CoordinatorNotAvailable, kerr.IllegalGeneration),
		said(done, rebuilds, kerr.RequestTimedOut, kerr.UnknownServerError),
	)},
	{key: kmsg.EndTxn, phase: amid, every: 4, times: 3, deeds: slices.Concat(
		what(goesOn, requestLost, answerLost), what(rebuilds, held, late),
		said(refused, goesOn, elsewhere...), said(refused, goesOn, kerr.ConcurrentTransactions),
		said(refused, rebuilds, kerr.InvalidProducerEpoch, kerr.ProducerFenced, kerr.InvalidTxnState, kerr.InvalidProducerIDMapping,
			kerr.TransactionAbortable, kerr.UnknownServerError),
		said(refused, noTxnID, kerr.TransactionalIDAuthorizationFailed),
		said(done, goesOn, kerr.CoordinatorNotAvailable, kerr.NotCoordinator, kerr.ConcurrentTransactions),
		said(done, rebuilds, kerr.UnknownServerError, kerr.RequestTimedOut, kerr.InvalidProducerEpoch, kerr.InvalidTxnState,
			kerr.TransactionAbortable), // whoever takes this for an abort folds twice
	)},
	// A transaction that wrote nothing, of a stage without state, is its offsets alone.
	{key: kmsg.OffsetCommit, plain: true, phase: amid, every: 4, times: 3, deeds: slices.Concat(
		what(goesOn, requestLost, answerLost), what(rebuilds, held, late),
		said(refused, goesOn, elsewhere...), said(refused, goesOn, kerr.IllegalGeneration, kerr.RebalanceInProgress),
		said(refused, rebuilds, kerr.UnknownMemberID, kerr.UnknownServerError),
		said(refused, sameName, kerr.FencedInstanceID), said(refused, noGroup, kerr.GroupAuthorizationFailed),
		said(done, rebuilds, kerr.RequestTimedOut, kerr.UnknownServerError),
	)},
}
