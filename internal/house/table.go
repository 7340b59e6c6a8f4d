package house

// DO NOT CHANGE THIS DATA TO FIX A BUILD. An edge that is not here was left out for the reason in its row.
// (The form is that of go/build's deps_test.go; reasons beside the data are tailscale's deptest.)

// room is one row of the import table: a package, and what its code may import besides the standard library.
type room struct {
	folder string
	ours   []string // folders of this repository, for code that is no test; x/... means x and all below it
	theirs []string // modules or packages of others, and all below them; tests may import any
	tests  []string // more of ours, for its tests alone
	pure   bool     // the rule pure holds for it
	why    string
}

// What tests may see of ours: what lies to the left, and their own room.
var (
	testsOfSchemas    = []string{"schemas/..."}
	testsOfStream     = []string{"schemas/...", "stream/..."}
	testsOfCmd        = []string{"schemas/...", "stream/...", "processors/...", "cmd/..."}
	testsOfSandbox    = []string{"schemas/...", "deploy/sandbox/..."}
	testsOfCapture    = []string{"schemas/...", "stream/...", "processors/capture/..."}
	testsOfObserve    = []string{"schemas/...", "stream/...", "processors/observe/..."}
	testsOfCheck      = []string{"schemas/...", "processors/check/...", "processors/correlate/..."}
	testsOfCorrelate  = []string{"schemas/...", "stream/...", "processors/correlate/..."}
	kafkaClient       = []string{"github.com/twmb/franz-go"}
	goavro, twmbAvro  = "github.com/linkedin/goavro/v2", "github.com/twmb/avro"
	awsSDK, awsSmithy = "github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"
)

// rooms is the import table. Imports go only left: schemas ← stream ← processors ← cmd. Processors never import each
// other: they meet in topics, so that each can be run, replaced and replayed alone.
var rooms = []room{
	// bytes ↔ facts. A verifier in court is built from these alone, years later: so no Kafka, no AWS, no network.
	{"schemas", nil, []string{goavro, twmbAvro}, testsOfSchemas, true,
		"every wire record; imports none of its own sub-packages, so that each of them can speak its types"},
	{"schemas/strictjson", nil, nil, testsOfSchemas, true, "all foreign JSON passes here first: nothing of ours below it"},
	{"schemas/instant", []string{"schemas"}, nil, testsOfSchemas, true, "reads times and nothing else"},
	{"schemas/field", []string{"schemas/instant"}, nil, testsOfSchemas, true, "what every time field of every source means, as data; nothing is read here"},
	{"schemas/genesys", []string{"schemas", "schemas/instant", "schemas/strictjson"}, nil, testsOfSchemas, true,
		"a source's shapes; sources do not know each other"},
	{"schemas/s3event", []string{"schemas", "schemas/instant", "schemas/strictjson"}, nil, testsOfSchemas, true,
		"a source's shapes; sources do not know each other"},
	{"schemas/s3object", []string{"schemas", "schemas/instant", "schemas/strictjson"}, nil, testsOfSchemas, true,
		"a source's shapes; sources do not know each other"},
	{"schemas/media", []string{"schemas", "schemas/instant", "schemas/strictjson"}, nil, testsOfSchemas, true,
		"what recorded things say of themselves; sources do not know each other"},
	{"schemas/exhibit", []string{"schemas/genesys", "schemas/media", "schemas/strictjson"}, nil, testsOfSchemas, true,
		"tells files apart by content and reads none of them; what a manifest's names and a container's marks are, their packages say"},
	{"schemas/leaf", []string{"schemas"}, nil, testsOfSchemas, true,
		"what is hashed and sworn to: readable from the standard library and one package"},

	// the runtime. It knows no domain: a leaf, a conversation or a bucket is never named here.
	{"stream", []string{"schemas", "stream/internal/fault"}, append([]string{"github.com/cockroachdb/pebble/v2", "github.com/tidwall/btree"}, kafkaClient...),
		testsOfStream, false, "the only place that begins and ends a transaction"},
	{"stream/internal/fault", nil, nil, testsOfStream, false, "points at which a test lets the runtime die; stands on nothing"},
	{"stream/replay", []string{"schemas", "stream"}, nil, testsOfStream, false,
		"a stage's fold in one pass, held against what is recorded; no broker, so that tests and the program replay by the same code"},
	{"stream/streamtest", []string{"schemas", "stream", "stream/internal/fault", "stream/replay"}, kafkaClient, testsOfStream, false,
		"for tests of what runs on stream; no program may import it (rule kept)"},
	{"stream/streamtest/apache", nil, kafkaClient, testsOfStream, false,
		"starts a real Apache Kafka for tests and for deploy/kafka; knows nothing of what runs on it"},

	// the verbs. Each sees the wire and the runtime, never another verb.
	{"processors/capture", []string{"schemas", "schemas/genesys", "schemas/s3event", "stream"},
		append([]string{awsSDK, awsSmithy, "golang.org/x/sync"}, kafkaClient...), testsOfCapture, false,
		"the only verb that touches the world; it interprets only what it needs for a key"},
	{"processors/observe", []string{"schemas", "schemas/genesys", "schemas/instant", "schemas/s3event", "stream"}, nil, testsOfObserve, true,
		"a pure map from raw records to observations"},
	{"processors/observe/clock", []string{"schemas", "stream"}, kafkaClient, testsOfObserve, false,
		"the one place of the pipeline that turns wall time into records, as ticks"},
	{"processors/correlate", []string{"schemas", "schemas/genesys", "schemas/instant", "schemas/leaf", "stream", "stream/replay"}, []string{twmbAvro},
		testsOfCorrelate, true, "a pure fold: replaying the observations gives the same custody records, byte for byte"},

	{"processors/correlate/attribute", []string{"schemas/instant"}, nil, testsOfCorrelate, true,
		"names a cause or abstains, in integers; reads nothing and knows no wire, so that a folder of files is judged as the pipeline is"},
	{"processors/correlate/timeline", []string{"processors/correlate/attribute", "schemas", "schemas/field", "schemas/instant"}, nil, testsOfCorrelate, true,
		"lays out a conversation's sessions and exports for attribution; the pipeline's state and a check's folder meet here"},

	// the verb without a broker. It shares the reasoning with correlate, and nothing of its stream.
	{"processors/check", []string{"processors/correlate/attribute", "processors/correlate/timeline", "schemas", "schemas/exhibit", "schemas/genesys",
		"schemas/instant", "schemas/media", "schemas/s3event", "schemas/s3object", "schemas/strictjson"}, nil, testsOfCheck, false,
		"an export in a folder, judged: reads files, and writes none"},
	{"processors/check/report", []string{"processors/check", "processors/correlate/attribute", "processors/correlate/timeline", "schemas", "schemas/exhibit",
		"schemas/instant", "schemas/leaf"}, nil, testsOfCheck, true, "says what a check found, and judges nothing: the same result gives the same bytes"},
	{"processors/check/corrected", []string{"schemas", "schemas/exhibit", "schemas/field", "schemas/genesys", "schemas/instant", "schemas/strictjson"}, nil,
		testsOfSchemas, true, "mends a manifest's text and judges nothing: what is to be said of a time it is told; the caller opens and closes the files"},
	{"processors", []string{"schemas"}, nil, []string{"schemas/...", "stream/...", "processors/..."}, false,
		"the pipeline on one page, as data; its test alone sees all verbs, to hold the page against them"},

	// the program. It alone knows all verbs, configuration and metrics.
	{"cmd/holdfast", []string{"schemas/...", "stream", "stream/replay", "processors/...", "cmd/holdfast/admin", "cmd/holdfast/metrics", "cmd/holdfast/settings"},
		append([]string{goavro, "github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/sync", "golang.org/x/term"}, kafkaClient...),
		testsOfCmd, false, "wires the verbs; holds no rule of its own"},
	{"cmd/holdfast/admin", []string{"schemas", "stream"}, nil, testsOfCmd, false, "what an orchestrator asks of the process; knows no metrics library"},
	{"cmd/holdfast/metrics", []string{"schemas", "stream", "processors/capture", "processors/observe"}, []string{"github.com/prometheus/client_golang"}, testsOfCmd, false,
		"counts what the verbs tell their observers"},
	{"cmd/holdfast/settings", nil, []string{"github.com/goccy/go-yaml", "github.com/spf13/pflag"}, testsOfCmd, false,
		"fills a struct from file, environment and flags; knows no setting's meaning"},

	// the sandbox. No code of the root module, else the oracle would repeat its mistakes and agree with them.
	{"deploy/sandbox/truth", nil, nil, testsOfSandbox, false, "the latent truth, told to generator and oracle alike: plain data"},
	{"deploy/sandbox/centre", []string{"deploy/sandbox/queue", "deploy/sandbox/tap", "deploy/sandbox/truth", "deploy/sandbox/wire"},
		[]string{awsSDK}, testsOfSandbox, false, "makes a contact centre out of a seed and plays it through the doors a real one has"},
	{"deploy/sandbox/oracle", []string{"deploy/sandbox/tap", "deploy/sandbox/truth", "deploy/sandbox/wire"}, nil, testsOfSandbox, false,
		"judges the outputs by the truth alone: not by the generator, and by nothing that made the outputs"},
	{"deploy/sandbox/wire", nil, []string{goavro}, testsOfSandbox, false, "a reader of the output topics of its own, by the reference Avro"},
	{"deploy/sandbox/tap", nil, kafkaClient, testsOfSandbox, false, "a client of its own for the output topics"},
	{"deploy/sandbox/port", nil, nil, testsOfSandbox, false, "finds a free port"},
	{"deploy/sandbox/broker", []string{"deploy/sandbox/port"}, append([]string{"golang.org/x/sys"}, kafkaClient...), testsOfSandbox, false, "the in-process Kafka"},
	{"deploy/sandbox/bucket", []string{"deploy/sandbox/port"}, []string{"github.com/versity/versitygw", awsSDK}, testsOfSandbox, false, "the in-process S3"},
	{"deploy/sandbox/queue", []string{"deploy/sandbox/port"}, nil, testsOfSandbox, false, "the small SQS"},
	{"deploy/sandbox/page", []string{"deploy/sandbox/oracle", "deploy/sandbox/truth"}, nil, testsOfSandbox, false, "what a person sees at the end"},
	{"deploy/sandbox/demo", []string{"deploy/sandbox/..."}, nil, testsOfSandbox, false,
		"runs it all; meets holdfast as a child process and never as a package"},
	{"deploy/sandbox/cmd/sandbox", []string{"deploy/sandbox/demo"}, []string{"golang.org/x/term"}, testsOfSandbox, false, "the command line of it"},

	{"deploy/kafka", []string{"stream/streamtest/apache"}, nil, []string{"deploy/kafka", "stream/streamtest/apache"}, false,
		"gives a user the tests' Apache Kafka by one command; the program holdfast never sees it"},

	// what keeps the repository itself.
	{"internal/audit", []string{"schemas", "schemas/leaf"}, kafkaClient, []string{"schemas/...", "stream/...", "processors/..."}, false,
		"judges the topics by the public wire alone: by nothing that wrote them"},
	{"internal/house", nil, nil, nil, false, "looks at the others as text"},
	{"internal/trials", nil, nil, nil, false, "runs the others' tests by the go command"},
	{"internal/truth", nil, nil, nil, false, "makes up truths and lists what could have caused what is seen; shares no code with what judges it"},
	{"internal/matrix", []string{"internal/truth", "processors/correlate/attribute", "schemas/instant"}, nil, nil, false,
		"sets attribution before made-up truths and counts"},
	{"internal/rig", []string{"schemas", "stream", "processors/observe/clock", "internal/audit"}, kafkaClient,
		[]string{"schemas/...", "stream/...", "processors/observe/...", "internal/audit"}, false,
		"meets the workers as processes; speaks the wire, publishes as capture does, asks the clock for its sources; audit judges"},
	{"internal/mutants", []string{"schemas", "stream", "internal/rig"}, kafkaClient, nil, false,
		"plants defects and runs what must see them; it knows schedules, and leaves processes to the rig and judgement to audit and to tests"},
	{"internal/soak", []string{"internal/audit", "internal/rig", "stream/streamtest/apache"}, nil, nil, false,
		"the order of the faults and the last line; all it does to a worker it does through the rig"},
}

// keep is a package that only certain places may import, tests of other places included.
type keep struct {
	what  string   // a package or module and all below it
	in    []string // folders; x/... means x and all below it
	tests bool     // tests anywhere may import it as well
	why   string
}

var keeps = []keep{
	{"github.com/twmb/franz-go/pkg/kfake", []string{"deploy/sandbox/...", "internal/mutants"}, true, "a fake broker is for tests and the demo; the program carries no fakes"},
	{"github.com/versity/versitygw", []string{"deploy/sandbox/bucket"}, false, "a fake S3 is for the demo; the program carries no fakes"},
	{"holdfast.example/stream/streamtest", []string{"stream/streamtest/...", "deploy/kafka", "internal/soak"}, true, "test support: it must not be in a program"},
	{"testing", []string{"stream/streamtest/..."}, true, "code that imports testing changes what it does under test"},
	{"pgregory.net/rapid", nil, true, "a test library"},
	{"github.com/prometheus", []string{"cmd/holdfast/metrics"}, true, "verbs tell an Observer; only the program knows how metrics are served"},
	{"github.com/cockroachdb/pebble/v2", []string{"stream"}, false, "state is behind an interface, so that the engine can be replaced"},
	{"github.com/aws", []string{"processors/capture", "deploy/sandbox/bucket", "deploy/sandbox/centre", "deploy/sandbox/queue"}, false,
		"all of the world that is asked is asked by capture"},
	{"unsafe", nil, true, "bytes come from strangers"},
	{"C", nil, false, "the program is built with nothing but Go"},
	{"log", nil, false, "log/slog, injected"},
}

// exception is one file that may import what its room and the keeps forbid, because no release is built with it. The
// tag must be its first line; the table links still holds for what is built without.
type exception struct{ file, tag, what, why string }

var exceptions = []exception{
	{"cmd/holdfast/faultpoints_on.go", "faultpoints", "holdfast.example/stream/streamtest", "the soak and the mutants break the real program at its own points"},
}

// link is what a program or a package must not contain, directly or through others.
type link struct {
	in    string // folder of the module
	what  string // packages, as the go command is told
	never []string
	why   string
}

var links = []link{
	{".", "./cmd/holdfast", []string{"github.com/twmb/franz-go/pkg/kfake", "github.com/versity", "testing", "pgregory.net/rapid",
		module + "/deploy", module + "/internal", module + "/stream/streamtest"}, "the program carries no fakes and no tests"},
	{".", "./schemas/...", []string{"net", "os/exec", "testing", "github.com/twmb/franz-go", "github.com/aws", module + "/stream", module + "/processors"},
		"a verifier that is built from schemas must have no way to the network"},
	{".", "./internal/audit", []string{module + "/stream", module + "/processors", module + "/cmd"},
		"a checker that shares code with what it judges agrees with its mistakes"},
	{nested, "./oracle", []string{module + "/schemas", module + "/stream", module + "/processors", module + "/cmd", module + "/deploy/sandbox/centre"},
		"an oracle that shares code with what it judges agrees with its mistakes"},
}
