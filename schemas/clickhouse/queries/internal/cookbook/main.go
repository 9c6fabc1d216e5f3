// Command cookbook writes COOKBOOK.md of the queries into the working directory. It is
// run by make generate.
package main

import (
	"fmt"
	"os"

	"github.com/clearlane/clearlane/schemas/clickhouse/queries"
)

func main() {
	text, err := queries.Cookbook()
	if err == nil {
		err = os.WriteFile("COOKBOOK.md", []byte(text), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "cookbook:", err)
		os.Exit(1)
	}
}
