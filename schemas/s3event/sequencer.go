package s3event

// CompareSequencer orders two sequencers of events of one and the same key: -1, 0 or 1 as a is older than, the same as
// or newer than b. The shorter is filled up with zeros on the right, then they compare as text (S3 User Guide, "Event
// message structure", sequencer). Between different keys, and where either is empty, the answer means nothing.
func CompareSequencer(a, b string) int {
	for i := range max(len(a), len(b)) {
		x, y := byte('0'), byte('0')
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
	}
	return 0
}

// ordersAlone says whether a sequencer is one of S3's, which are 16 or more hex digits and never come twice for one
// key. versitygw's is a counter that begins again at every start, so it can name two PUTs.
func ordersAlone(sequencer string) bool {
	if len(sequencer) < 16 {
		return false
	}
	for i := range len(sequencer) {
		c := sequencer[i]
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}
