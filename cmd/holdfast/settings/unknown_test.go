package settings

import (
	"fmt"
	"testing"
)

// TestUnknownVariables: a misspelt variable that is only noted is a setting that somebody believes to have set; one of
// the orchestrator's that is refused keeps the process from starting.
func TestUnknownVariables(t *testing.T) {
	for name, refused := range map[string]bool{
		"HOLDFAST_INER_ON": true, "HOLDFAST_NAM": true, "HOLDFAST_CONFGI": true, "HOLDFAST_INNER_NOTHING_LIKE_IT": true,
		"HOLDFAST_NAME": false, "HOLDFAST_CONFIG": false, "HOLDFAST_OTHER_THING": false, "HOLD": false,
		"HOLDFAST_PORT": false, "HOLDFAST_SERVICE_HOST": false, "HOLDFAST_INNER_SERVICE_HOST": false, "HOLDFAST_INNER_SERVICE_PORT": false,
		"HOLDFAST_INNER_SERVICE_PORT_HTTP": false, "HOLDFAST_INNER_PORT": false, "HOLDFAST_INNER_PORT_80_TCP": false,
		"HOLDFAST_INNER_PORT_80_TCP_ADDR": false, "HOLDFAST_INNER_PORT_53_UDP_PROTO": false, "HOLDFAST_INNER_PORTS": true,
	} {
		_, err := Load(&options{}, From{Names: func() []string { return []string{name} }})
		if (err != nil) != refused {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := Load(&options{}, From{Names: func() []string { return []string{"HOLDFAST_INER_ON"} }})
	if want := `HOLDFAST_INER_ON: is no setting (did you mean "HOLDFAST_INNER_ON"?); correct its name, or unset it`; fmt.Sprint(err) != want {
		t.Errorf("%v; want %s", err, want)
	}
}

// TestAddressShowsNoUser: an address is printed and logged wherever it is used.
func TestAddressShowsNoUser(t *testing.T) {
	for written, want := range map[Address]string{
		"https://sqs.example/1/q": "https://sqs.example/1/q", "a:9092": "a:9092", "": "",
		"https://u:hunter2@sqs.example/1/q": "https://(hidden)@sqs.example/1/q", "u:hun/t@er2@a:1": "(hidden)@a:1",
		"https://u:hun/t?er#2@a": "https://(hidden)@a",
	} {
		if got := fmt.Sprintf("%v", written); got != want {
			t.Errorf("%s; want %s", got, want)
		}
	}
}
