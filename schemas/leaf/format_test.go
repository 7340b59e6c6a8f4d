package leaf

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"holdfast.example/schemas"
)

var update = flag.Bool("update", false, "write the generated parts of docs/FORMAT.md anew")

const formatPath = "../../docs/FORMAT.md"

var generated = regexp.MustCompile(`(?s)<!-- begin ([a-z ]+) -->\n.*?<!-- end -->`)

// A stranger writes a verifier from this page alone. If it says other than the code, that verifier calls honest leaves
// tampered; so what can be printed from the code is printed, and compared here.
func TestFormatPage(t *testing.T) {
	page, err := os.ReadFile(formatPath)
	if err != nil {
		t.Fatal(err)
	}
	parts := formatParts(t)
	used := map[string]bool{}
	want := generated.ReplaceAllStringFunc(string(page), func(s string) string {
		name := generated.FindStringSubmatch(s)[1]
		text, ok := parts[name]
		if !ok {
			t.Fatalf("docs/FORMAT.md: nothing is generated under the name %q", name)
		}
		used[name] = true
		return "<!-- begin " + name + " -->\n" + strings.TrimRight(text, "\n") + "\n<!-- end -->"
	})
	for name := range parts {
		if !used[name] {
			t.Errorf("docs/FORMAT.md has no place for %q", name)
		}
	}
	if *update {
		if err := os.WriteFile(formatPath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(page) {
		t.Error("docs/FORMAT.md is not what the code says; run go test ./schemas/leaf -run TestFormatPage -update")
	}
	for _, name := range formNames {
		if !strings.Contains(want, "| "+name+" |") && name != "object" {
			t.Errorf("docs/FORMAT.md does not explain the form %q", name)
		}
	}
}

func formatParts(t *testing.T) map[string]string {
	parts := map[string]string{
		"table leaf": table(leafShape), "table time": table(timeShape), "table more": table(moreShape), "table marker": table(markerShape),
	}
	var bodies strings.Builder
	for _, kind := range kindWords {
		fmt.Fprintf(&bodies, "#### `%s`\n\n%s\n", kind, table(bodyShapes[kind]))
		for _, m := range bodyShapes[kind].members {
			if m.form == formObject && m.of != moreShape {
				fmt.Fprintf(&bodies, "`%s`%s:\n\n%s\n", m.name, map[bool]string{true: ", each"}[m.max > 0], table(m.of))
			}
		}
	}
	parts["bodies"] = bodies.String()
	texts := map[string][]byte{}
	for _, l := range vectorLeaves() {
		b, err := l.leaf.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		texts[l.name] = b
	}
	texts["marker"], _ = (&Marker{Epoch: 7, Shard: 3, Shards: 6, First: 1000, Count: 14, ThroughMS: []SourceTime{{"events", vectorAt}}}).Append(nil)
	for _, name := range []string{"minimal", "event", "marker"} {
		b := texts[name]
		sum := Sum(b)
		parts["example "+name] = fmt.Sprintf("```json\n%s\n```\n\n%d bytes, SHA-256 `%x`.\n", b, len(b), sum)
	}
	parts["example commitment"] = fmt.Sprintf("```\nsecret      %x\nfield       %s\nvalue       %s\ncommitment  %s\n```\n",
		vectorSecret[:], FieldUserID, vectorUser, Commit(vectorSecret, FieldUserID, vectorUser))
	wire, err := schemas.Append(nil, &schemas.CustodyRecord{Leaf: texts["minimal"]})
	if err != nil {
		t.Fatal(err)
	}
	sum := Sum(texts["minimal"])
	head := len(wire) - len(texts["minimal"])
	parts["example wire"] = fmt.Sprintf("The smallest leaf as a record:\n\n```\nkey    %x\nvalue  %x, then the %d bytes of the leaf\n```\n",
		sum, wire[:head], len(texts["minimal"]))
	leafText, _ := json.Marshal(string(texts["minimal"]))
	parts["example ndjson"] = fmt.Sprintf("```json\n{\"key\":\"%s\",\"leaf\":%s}\n```\n", hex.EncodeToString(sum[:]), leafText)
	return parts
}

func table(s *shape) string {
	var b strings.Builder
	b.WriteString("| member | form | always | foreign | meaning |\n|---|---|---|---|---|\n")
	mark := map[bool]string{true: "yes"}
	for _, m := range s.members {
		form, doc := formNames[m.form], m.doc
		if m.more != "" && m.form == formObject {
			form = "more"
		}
		if m.max > 0 {
			form = fmt.Sprintf("list of %s, 1 to %d", form, m.max)
		}
		if m.form == formWord {
			words := "`" + strings.Join(m.words, "`, `") + "`"
			if doc != "" {
				words += "; "
			}
			doc = words + doc
		}
		if m.name == "kind" {
			doc += ": `" + strings.Join(kindWords, "`, `") + "`, or a reserved one"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", m.name, form, mark[m.need], mark[m.foreign], doc)
	}
	return b.String()
}

// The checker walks members by name, so only this holds the table itself in order, and its names where JCS agrees with
// every sorter.
func TestTableIsInOrder(t *testing.T) {
	seen := map[*shape]bool{}
	var walk func(s *shape)
	walk = func(s *shape) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		for i, m := range s.members {
			if i > 0 && s.members[i-1].name >= m.name {
				t.Errorf("%s: %s is not after %s", s.name, m.name, s.members[i-1].name)
			}
			if !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(m.name) || (m.form == formWord) != (len(m.words) > 0) {
				t.Errorf("%s: %s: name or words", s.name, m.name)
			}
			if m.more != "" && (s.member(m.more) == nil || s.member(m.more).max == 0) {
				t.Errorf("%s: %s is the rest of no list", s.name, m.name)
			}
			walk(m.of)
		}
	}
	walk(leafShape)
	walk(markerShape)
	for _, kind := range kindWords {
		walk(bodyShapes[kind])
	}
	if len(bodyShapes) != len(kindWords) {
		t.Error("a body without a kind, or a kind without a body")
	}
}
