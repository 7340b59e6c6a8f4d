//go:build race

package correlate

// underRace says that the race detector watches, which makes everything several times slower and larger.
const underRace = true
