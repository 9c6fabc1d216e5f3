package queries

import (
	"fmt"
	"io/fs"
	"strings"
)

// Cookbook is the document of all queries, with a result of each. The results are those
// of the tests of pipeline/query, which write and check them.
func Cookbook() (string, error) { return cookbook(files) }

func cookbook(fsys fs.FS) (string, error) {
	all, err := read(fsys)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("<!-- Code generated from the files of this folder by 'make generate'. DO NOT EDIT. -->\n\n# Query cookbook\n\n" +
		"Each query runs by its name, `clearlane query NAME`, or as SQL in any client that sets its parameters. " +
		"Views know nothing of versions: a query needs no FINAL. Results below are of one small, fixed set of generated orders; " +
		"every one of them is held against numbers worked out without SQL. In results `NULL` is a value that was not stated, `-` an empty one: not known.\n\n" +
		"| query | question |\n|---|---|\n")
	for i := range all {
		fmt.Fprintf(&b, "| [%s](#%s) | %s |\n", all[i].Name, all[i].Name, all[i].Question)
	}
	for i := range all {
		example, err := fs.ReadFile(fsys, "examples/"+all[i].Name+".txt")
		if err != nil {
			return "", fmt.Errorf("query %s: its example: %w", all[i].Name, err)
		}
		all[i].chapter(&b, string(example))
	}
	return b.String(), nil
}

func (q *Query) chapter(b *strings.Builder, example string) {
	fmt.Fprintf(b, "\n## %s\n\n**%s.** %s\n", q.Name, q.Title, q.Question)
	for _, note := range q.Notes {
		fmt.Fprintf(b, "\n%s\n", note)
	}
	b.WriteString("\n| parameter | default | allowed | |\n|---|---|---|---|\n")
	for i := range q.Params {
		p := &q.Params[i]
		initial := "`" + p.Default + "`"
		if p.Required {
			initial = "required"
		} else if p.Default == "" {
			initial = "empty"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", p.Name, initial, p.Allowed(), p.About)
	}
	fmt.Fprintf(b, "\n```sql\n%s\n```\n\n```console\n%s```\n", q.SQL, example)
}
