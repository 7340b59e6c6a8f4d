package main

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"holdfast.example/internal/rig"
)

// schedule returns n faults out of a seed: first every kind once, shuffled, then kinds drawn at random, the cheap ones
// more often. The same arguments give the same faults.
func schedule(seed uint64, n int, kinds []*rig.Kind, workers, brokers int) ([]*rig.Fault, error) {
	if n < len(kinds) {
		return nil, fmt.Errorf("%d faults are fewer than there are kinds; ask for at least %d", n, len(kinds))
	}
	dice := rand.New(rand.NewPCG(seed, 0x736f616b))
	var faults []*rig.Fault
	add := func(k *rig.Kind) {
		f := &rig.Fault{Kind: k, Worker: 1 + dice.IntN(workers), Seed: dice.Uint64(), Aim: dice.IntN(2) == 0, Beside: dice.IntN(4) > 0}
		f.Other = 1 + (f.Worker-1+1+dice.IntN(max(1, workers-1)))%workers
		if brokers > 0 {
			f.Broker = 1 + dice.IntN(brokers)
		}
		faults = append(faults, f)
	}
	first := slices.Clone(kinds)
	dice.Shuffle(len(first), func(i, j int) { first[i], first[j] = first[j], first[i] })
	for _, k := range first {
		add(k)
	}
	for len(faults) < n {
		add(draw(dice, kinds))
	}
	return faults, nil
}

// draw draws a kind with a weight that is the inverse of its cost.
func draw(dice *rand.Rand, kinds []*rig.Kind) *rig.Kind {
	const whole = 1000
	sum := 0
	for _, k := range kinds {
		sum += whole / k.Cost
	}
	at := dice.IntN(sum)
	for _, k := range kinds {
		if at -= whole / k.Cost; at < 0 {
			return k
		}
	}
	return kinds[len(kinds)-1]
}
