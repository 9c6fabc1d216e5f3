package codec

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"github.com/cockroachdb/datadriven"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

func schemaOf(t testing.TB, name string) *jsonschema.Schema {
	t.Helper()
	text, err := schemas.JSONSchemas.ReadFile("jsonschema/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name+".json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(s *jsonschema.Schema, b []byte) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

func TestWhatIsWrittenFitsItsJSONSchema(t *testing.T) {
	for _, l := range everyMessage() {
		t.Run(l.Name, func(t *testing.T) {
			s := schemaOf(t, snake(l.Name))
			rapid.Check(t, func(t *rapid.T) {
				_, p := fresh(l)
				fill(t, l, p)
				if b := appendObject(nil, l, p); validate(s, b) != nil {
					t.Fatalf("%s: %v", b, validate(s, b))
				}
			})
		})
	}
}

func snake(name string) string {
	var b strings.Builder
	for i, c := range name {
		if unicode.IsUpper(c) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

// TestDecodeScripts reads records and prints what came of them, and what the JSON
// Schema says: "schema: differs" marks a record that only one of the two takes.
func TestDecodeScripts(t *testing.T) {
	compiled := map[schemas.Kind]*jsonschema.Schema{}
	datadriven.Walk(t, "testdata/decode", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, td *datadriven.TestData) string {
			kind := schemas.ParseKind(td.Cmd)
			if kind == schemas.KindUnknown {
				t.Fatalf("%s: no kind of event", td.Cmd)
			}
			if compiled[kind] == nil {
				compiled[kind] = schemaOf(t, snake(layout.Inputs[kind].Name))
			}
			d := NewDecoder(schemas.DefaultLimits())
			event, err := decodeAs(d, kind, []byte(td.Input))
			var out strings.Builder
			if err != nil {
				out.WriteString(err.Error() + "\n")
			} else {
				out.WriteString(string(appendJSON(event)) + "\n")
			}
			if n := d.UnknownFields(); n > 0 {
				out.WriteString("unknown fields: " + string(rune('0'+n)) + "\n")
			}
			if (err == nil) != (validate(compiled[kind], []byte(td.Input)) == nil) {
				out.WriteString("schema: differs\n")
			}
			return out.String()
		})
	})
}
