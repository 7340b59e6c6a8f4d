package stream

// hotSet keeps the most recently used decoded entities, at most limit of them. It holds committed values and, while a
// transaction is open, never one the transaction changed.
type hotSet struct {
	limit   int
	nodes   map[string]*hotNode
	ring    hotNode // ring.next is the newest
	evicted int
}

type hotNode struct {
	key        string
	value      Value
	prev, next *hotNode
}

func newHotSet(limit int) *hotSet {
	h := &hotSet{limit: limit, nodes: make(map[string]*hotNode)}
	h.ring.prev, h.ring.next = &h.ring, &h.ring
	return h
}

func (h *hotSet) get(key string) (Value, bool) {
	n := h.nodes[key]
	if n == nil {
		return nil, false
	}
	if h.ring.next != n {
		n.unlink()
		h.push(n)
	}
	return n.value, true
}

func (h *hotSet) put(key string, v Value) {
	if n := h.nodes[key]; n != nil {
		n.value = v
		n.unlink()
		h.push(n)
		return
	}
	var n *hotNode
	if len(h.nodes) >= h.limit {
		n = h.ring.prev
		n.unlink()
		delete(h.nodes, n.key)
		h.evicted++
	} else {
		n = &hotNode{}
	}
	n.key, n.value = key, v
	h.nodes[key] = n
	h.push(n)
}

func (h *hotSet) drop(key string) {
	if n := h.nodes[key]; n != nil {
		n.unlink()
		delete(h.nodes, key)
	}
}

func (h *hotSet) push(n *hotNode) {
	n.prev, n.next = &h.ring, h.ring.next
	n.prev.next, n.next.prev = n, n
}

func (n *hotNode) unlink() { n.prev.next, n.next.prev = n.next, n.prev }
