package capture

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

// signatureHeader carries "sha256=" and the base64, not the hex, of HMAC-SHA256 over the raw body. (Genesys Cloud, Open
// Messaging, "Validate signature"; DESIGN §12. The official sample hashes re-serialised JSON; the raw bytes are what
// was signed.)
const signatureHeader = "X-Hub-Signature-256"

// signed reports whether one of the secrets signed the body. The header must occur once: of two signatures one cannot
// say which the sender meant. Every secret is tried and each comparison takes the same time wherever the bytes differ,
// so neither the signature nor the place of a secret in the list leaks.
func signed(h http.Header, body []byte, secrets []string) bool {
	claimed, formed := claimedSum(h)
	if !formed {
		return false
	}
	good := false
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		if hmac.Equal(mac.Sum(nil), claimed) {
			good = true
		}
	}
	return good
}

// claimedSum returns the sum that a request's one signature claims; false if it has none, several, or one of another
// form.
func claimedSum(h http.Header) ([]byte, bool) {
	values := h.Values(signatureHeader)
	if len(values) != 1 {
		return nil, false
	}
	text, ok := strings.CutPrefix(values[0], "sha256=")
	if !ok {
		return nil, false
	}
	sum, err := base64.StdEncoding.Strict().DecodeString(text)
	return sum, err == nil && len(sum) == sha256.Size
}
