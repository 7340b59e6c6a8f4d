package leaf

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"holdfast.example/schemas"
	"pgregory.net/rapid"
)

// A commitment that only we can recompute proves nothing: it must be the HMAC that every library has.
func TestCommitIsHMAC(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var secret schemas.Secret
		copy(secret[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "secret"))
		field := rapid.StringMatching(`[a-z_]{1,20}`).Draw(t, "field")
		value := string(rapid.SliceOfN(rapid.Byte(), 0, 600).Draw(t, "value"))
		mac := hmac.New(sha256.New, secret[:])
		mac.Write([]byte("holdfast/v1" + field + "\x00" + value))
		got := Commit(secret, field, value)
		if want := hex.EncodeToString(mac.Sum(nil)); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
		if !isCommitment(got) || !Opens(secret, field, value, got) {
			t.Fatal("does not open")
		}
		secret[0]++
		if Opens(secret, field, value, got) || Opens(secret, field, value, Withheld) {
			t.Fatal("opens under another secret")
		}
	})
}
