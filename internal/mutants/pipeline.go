package main

// pipelineMutants break what the verbs contribute to exactly once: the fold's meta, the clock's ticks.
var pipelineMutants = []mutant{
	{name: "index-not-in-meta", breaks: "C3, T1: the next index is not in the task's meta: opened again, a shard numbers from its epoch's first leaf",
		under: underAborts, by: checkerOrRefusal,
		edits: []edit{{"processors/correlate/shard.go", "return metaSchema.AppendSingleObject(nil, &s.meta)", "m := s.meta\n\tm.Next = m.First\n\treturn metaSchema.AppendSingleObject(nil, &m)"}}},
	{name: "measure-number-not-in-meta", breaks: "C1, T1: the running number of measures is not in the task's meta",
		under: underAborts, by: checkerOrRefusal,
		edits: []edit{{"processors/correlate/shard.go", "return metaSchema.AppendSingleObject(nil, &s.meta)", "m := s.meta\n\tm.Measures = 0\n\treturn metaSchema.AppendSingleObject(nil, &m)"}}},
	{name: "tick-counted-before-its-drain", breaks: "V2: a tick counts as folded although its drain is not done: opened again, a shard does not finish it",
		under: underAborts, by: checkerOrRefusal,
		edits: []edit{{"processors/correlate/shard.go", "return metaSchema.AppendSingleObject(nil, &s.meta)", "m := s.meta\n\tm.Draining = false\n\treturn metaSchema.AppendSingleObject(nil, &m)"}}},
	{name: "marker-before-drain", breaks: "V3, §4: the marker is written before the deadlines that its tick released",
		under: underAborts, by: checker, // chains, index and counts all hold: only the epoch of what the tick released tells
		edits: []edit{{"processors/correlate/drain.go", "\tlane, at, key, grade := -1, int64(0), \"\", \"\"\n", "\tif s.meta.Cut {\n\t\ts.meta.Cut = false\n\t\treturn true, s.marker(tx)\n\t}\n\tlane, at, key, grade := -1, int64(0), \"\", \"\"\n"}}},
	{name: "deadline-not-stored", breaks: "C4: a deadline is fired from memory and stays in the stored state",
		under: underAborts, by: checkerOrRefusal,
		edits: []edit{{"processors/correlate/drain.go", "\tif v != nil {\n\t\ttx.Put(key, v)\n\t}\n", ""}}},
	{name: "cut-of-one-shard", breaks: "V10: only one shard's tick cuts the epoch that the clock counts as cut",
		under: underAborts, by: checkerOrRefusal,
		edits: []edit{{"processors/observe/clock/tick.go", "\tstate, err := schemas.Append(nil, next)\n", "\tuncut := *tick\n\tuncut.Cut = false\n\tother, err := schemas.Append(nil, &uncut)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\tstate, err := schemas.Append(nil, next)\n"},
			{"processors/observe/clock/tick.go", "\t\t\tout = append(out, &kgo.Record{Topic: observations, Partition: p, Value: v, Timestamp: at})\n", "\t\t\tif p > 0 && &v[0] == &value[0] {\n\t\t\t\tv = other\n\t\t\t}\n\t\t\tout = append(out, &kgo.Record{Topic: observations, Partition: p, Value: v, Timestamp: at})\n"}}},
	{name: "clock-unfenced", breaks: "V1, V10: an idle clock's transaction consumes nothing, so a clock that was replaced goes on ticking",
		under: underZombieClock, by: checkerOrRefusal,
		edits: []edit{{"processors/observe/clock/tick.go", "\tif err == nil {\n\t\terr = l.commitPosition(ctx)\n\t}\n", ""}}},
	{name: "ticks-outside", breaks: "V10: ticks are written outside the clock's transaction",
		under: underZombieClock, by: checkerOrRefusal,
		edits: []edit{{"processors/observe/clock/tick.go", "\tfor _, r := range records {\n\t\tl.client.Produce(ctx, r, func(", "\tplain, err := openDirect(l.cfg.Kafka, kgo.RecordPartitioner(kgo.ManualPartitioner()))\n\tif err != nil {\n\t\treturn err\n\t}\n\tdefer plain.Close()\n\tfor _, r := range records {\n\t\tclient := l.client\n\t\tif r.Topic != l.progress {\n\t\t\tclient = plain\n\t\t}\n\t\tclient.Produce(ctx, r, func("},
			{"processors/observe/clock/tick.go", "\terr := l.client.Flush(ctx)\n", "\terr = errors.Join(plain.Flush(ctx), l.client.Flush(ctx))\n"},
			{"processors/observe/clock/tick.go", "\t\"context\"\n", "\t\"context\"\n\t\"errors\"\n"}}},
	{name: "observe-forgets-rows", breaks: "A1: of a record that makes several observations only the first is emitted",
		under: underAborts, by: checker,
		edits: []edit{{"processors/observe/observe.go", "\tfor _, o := range outs {\n", "\tfor _, o := range outs[:min(1, len(outs))] {\n"}}},
}

// harmlessMutants are defects that the topics cannot show, with the reason.
var harmlessMutants = []harmless{
	{"unstable transactional id", "alone it changes no record: every fetch of offsets is stable and every restore waits for what is open, so an orphaned transaction costs its timeout and nothing else (KIP-447); what it would let through is refused by the generation (T2), which the mutants no-offset-commit and offsets-without-generation break"},
	{"no stable fetch of offsets", "the client always asks for stable offsets and has no option against it (franz-go 1.22: RequireStableFetchOffsets does nothing any more), so there is no text to change"},
	{"fold does not ignore n <= last", "equivalent while every tick's transaction is fenced: a second tick of one number cannot be committed (model.md 5, 0 of 3,000). As a second line of defence the golden log tests it with repeated ticks: tick-repeated"},
	{"first tick of a clock unfenced", "it claims nothing and cuts nothing (model.md 5, 0 of 7,500)"},
	{"ends read before progress", "through is then too high for a moment, and the fold labels what comes later as late evidence: consistent topics, which the checker must accept; the clock's model tests hold the order"},
	{"through from the polled position", "as ends read before progress"},
	{"evidence in the tombstone path, a deletion not in the changelog", "no verb deletes an entity yet, so no tombstone is ever written; stream's own tests delete"},
	{"store position in a batch of its own", "between two writes of one process to its log there is no point at which a schedule could stop it; store-position-ahead breaks the same promise (T3) where it shows"},
	{"transactional id of the worker alone, without verb and topic", "two stages of one process fence each other for ever: the program never runs, so there are no topics to check"},
}
